/** Faults that happen in the field, which the simulated module shows on demand. */
import { UsageError } from '../model/errors.js';

type ValueKind = 'none' | 'percent' | 'number' | 'word';

interface FaultKind {
  readonly value: ValueKind;
  /** Where no value is given; without one, a value must be given. */
  readonly usual?: string | undefined;
  readonly says: string;
}

/** Each fault by its name, with what it does. */
export const faultKinds = {
  echo: {
    value: 'word',
    usual: 'off',
    says: 'commands are echoed (on) or not (off); on until ATE0 without this fault',
  },
  chatter: { value: 'none', says: 'lines that nobody asked for stand between the answers' },
  'split-answers': { value: 'none', says: 'answers arrive in pieces of three bytes' },
  'silent-port': { value: 'none', says: 'nothing is ever answered: it is no AT port' },
  'busy-port': { value: 'number', usual: '1000000', says: 'so many connections are closed at once' },
  'cme-error': { value: 'word', says: 'that command, such as QFUPL, is answered with +CME ERROR' },
  'slow-acks': { value: 'number', usual: '50', says: 'each acknowledgement takes so many milliseconds' },
  'lost-ack': { value: 'number', usual: '2', says: 'acknowledgement number so and so is never sent' },
  'wrong-xor16': { value: 'none', says: 'the checksum of an upload is wrong' },
  'cable-pulled': { value: 'percent', usual: '50', says: 'the port goes away at that percentage of an upload, once' },
  'network-lost': { value: 'percent', usual: '50', says: 'a download ends at that percentage with 701' },
  'download-timeout': { value: 'none', says: 'a download ends with 702' },
  'vanishing-port': {
    value: 'number',
    usual: '40',
    says: 'the port goes away after the module sent so many bytes, once',
  },
  'lost-start': { value: 'none', says: 'START is not reported' },
  'lost-end': { value: 'none', says: 'END is not reported after an update' },
  'lost-reports': { value: 'none', says: 'nothing at all is reported of an update' },
  'split-reports': { value: 'none', says: 'reports arrive in two halves' },
  'cut-reports': { value: 'none', says: 'every second report loses its second half' },
  'doubled-reports': { value: 'none', says: 'every report is sent twice' },
  'end-code': { value: 'number', says: 'the check ends with that code, whatever the package' },
  'old-version': { value: 'none', says: 'END 0 is reported, and the old version runs on' },
  'power-cut': {
    value: 'percent',
    usual: '50',
    says: 'the power goes at that percentage of the update, once each time it is given',
  },
  'never-back': {
    value: 'number',
    usual: '1',
    says: 'the port does not come back after it went away for the first or second time',
  },
  'usrdata-free': { value: 'number', says: 'so many bytes are free in usrdata' },
  'system-free': { value: 'number', says: 'so many bytes are free on /system' },
  'changed-file': { value: 'word', says: 'that file of /system is not as the firmware has it' },
} as const satisfies Readonly<Record<string, FaultKind>>;

/** The name of a fault. */
export type FaultName = keyof typeof faultKinds;

/** Every fault that was asked for. */
export interface Faults {
  readonly has: (name: FaultName) => boolean;
  /** The value of the first of that name; `undefined` where it was not asked for. */
  readonly number: (name: FaultName) => number | undefined;
  readonly word: (name: FaultName) => string | undefined;
  /** The values of all of that name, in the order given. */
  readonly numbers: (name: FaultName) => readonly number[];
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faultKinds, name);
}

function wrong(found: string, expected: string): UsageError {
  return new UsageError({
    code: 'module-fault',
    message: 'the value of --fault is not valid',
    found,
    expected,
    remedy: 'docs/delivery.md lists every fault',
  });
}

/** Reads `NAME` and `NAME=VALUE`. Throws UsageError. */
export function parseFaults(texts: readonly string[]): Faults {
  const all = texts.map((text): readonly [FaultName, string] => {
    const cut = text.indexOf('=');
    const name = cut < 0 ? text : text.slice(0, cut);
    if (!isFaultName(name)) throw wrong(text, `one of ${Object.keys(faultKinds).join(', ')}`);
    const kind: FaultKind = faultKinds[name];
    const value = cut < 0 ? (kind.usual ?? '') : text.slice(cut + 1);
    if (kind.value === 'none' && cut >= 0) throw wrong(text, `${name} without a value`);
    if (kind.value === 'word' && value === '') throw wrong(text, `${name}=VALUE`);
    const isNumber = /^\d{1,12}$/.test(value) && (kind.value === 'number' || Number(value) <= 100);
    if ((kind.value === 'number' || kind.value === 'percent') && !isNumber) {
      throw wrong(text, `${name}=NUMBER${kind.value === 'percent' ? ', from 0 to 100' : ''}`);
    }
    return [name, value];
  });
  const values = (name: FaultName) => all.filter(([given]) => given === name).map(([, value]) => value);
  return {
    has: (name) => values(name).length > 0,
    word: (name) => values(name)[0],
    number: (name) => values(name).map(Number)[0],
    numbers: (name) => values(name).map(Number),
  };
}
