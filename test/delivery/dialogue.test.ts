/** The dialogue without any transport or clock: events in, commands out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Command, type End, type Happened, limitsFor, type Talk } from '../../src/delivery/dialogue.js';
import { follow, judge } from '../../src/delivery/follow.js';
import { predict, type SeenPackage } from '../../src/delivery/predict.js';
import { finalResult, splitLines, takeReports, versionIn } from '../../src/delivery/reports.js';
import { xor16 } from '../../src/delivery/xor16.js';

const [oldVersion, newVersion] = ['RG520NNADAR01A01M4G_OCPU_01.001', 'RG520NNADAR01A02M4G_OCPU_01.001'];
const awaited = {
  limits: limitsFor(1),
  versionBefore: oldVersion,
  versionWanted: newVersion,
  downloads: false,
};

/** What a module does while it is followed: lines it says, or that it goes, comes back, or answers with a version. */
type Act = { readonly say: string } | 'goes' | { readonly runs: string };

/** Plays acts, each as soon as nothing else is pending; the clock goes on by what is waited for. */
function play(talk: Talk<End>, acts: readonly Act[]): { readonly end: End; readonly sent: readonly string[] } {
  const left = [...acts];
  const lines: string[] = [];
  const sent: string[] = [];
  let runs: string | undefined;
  let at = 0;
  let steps = 0;
  const come = (command: Command): Happened => {
    if (command.kind === 'open') return { kind: 'opened', at };
    if (command.kind === 'send') {
      sent.push(command.line);
      if (runs !== undefined) lines.push(...(command.line === 'AT+QGMR' ? [runs, 'OK'] : ['OK']));
      return { kind: 'done', at };
    }
    if (command.kind === 'sleep') at += command.milliseconds;
    if (command.kind !== 'listen') return { kind: 'done', at };
    const line = lines.shift();
    if (line !== undefined) return { kind: 'line', text: line, reports: [], at };
    if (command.milliseconds === 0) return { kind: 'nothing', at };
    const act = left.shift();
    if (act === 'goes') return { kind: 'gone', at };
    if (act !== undefined && 'say' in act) {
      const { reports, rest } = takeReports(act.say);
      return { kind: 'line', text: rest, reports, at };
    }
    if (act !== undefined) runs = act.runs;
    at += command.milliseconds;
    return { kind: 'nothing', at };
  };
  let step = talk.next();
  while (step.done !== true) {
    steps += 1;
    assert.ok(steps < 100_000, 'it hangs');
    step = talk.next(come(step.value));
  }
  return { end: step.value, sent };
}

const says = (word: string, number?: number): Act => ({
  say: `+QIND: "FOTA","${word}"${number === undefined ? '' : `,${number}`}`,
});

test('unit: the version that is read back decides, not END', () => {
  const cases: readonly (readonly [acts: readonly Act[], end: string, said: RegExp])[] = [
    [
      ['goes', says('START'), says('UPDATING', 50), says('END', 0), 'goes', { say: 'RDY' }, { runs: newVersion }],
      'delivered',
      /runs/,
    ],
    [['goes', 'goes', { runs: newVersion }], 'delivered', /runs/],
    [['goes', says('END', 510), 'goes', { runs: newVersion }], 'delivered', /runs/],
    [['goes', says('END', 0), 'goes', { runs: oldVersion }], 'module-failed', /END 0 was reported, but/],
    [['goes', says('END', 510), 'goes', { runs: oldVersion }], 'module-failed', /failed with 510/],
    [[says('END', 505), { runs: oldVersion }], 'module-failed', /failed with 505/],
    [['goes', says('START'), 'goes', says('START'), says('END', 0), 'goes', { runs: newVersion }], 'delivered', /runs/],
    [[{ runs: oldVersion }], 'module-failed', /nothing more was heard/],
    [[{ runs: oldVersion }, 'goes', { runs: newVersion }], 'delivered', /runs/],
    [['goes', says('END', 0)], 'unknown', /does not say which version/],
    [['goes', { runs: 'RG520NNADAR01A09M4G' }], 'module-failed', /not RG520NNADAR01A02M4G/],
  ];
  for (const [acts, end, said] of cases) {
    const played = play(follow(awaited), acts);
    assert.equal(played.end.end, end, JSON.stringify([acts, played.end]));
    assert.match(played.end.message, said);
  }
});

test('unit: without a version to wait for, END 0 alone is no success', () => {
  const same = { ...awaited, versionWanted: oldVersion };
  assert.equal(judge(oldVersion, { end: 0 }, same, true)?.end, 'unknown');
  assert.equal(judge(oldVersion, { end: 0 }, { ...awaited, versionWanted: undefined }, true)?.end, 'unknown');
  assert.equal(judge(newVersion, { end: 0 }, { ...awaited, versionWanted: undefined }, true)?.end, 'delivered');
});

test('property: whatever a module does, it is followed to an end, and success is the new version', () => {
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.constant<Act>('goes'),
    fc.constantFrom('START', 'HTTPSTART', 'RDY').map((word) => says(word)),
    fc
      .tuple(fc.constantFrom('UPDATING', 'END', 'HTTPEND'), fc.constantFrom(0, 5, 50, 505, 510))
      .map(([w, n]) => says(w, n)),
    fc.constantFrom('+QIND: "FO', 'TA","END",0', '+CREG: 1', 'OK', 'ERROR').map((say) => ({ say })),
    fc.constantFrom(oldVersion, newVersion, 'RG520NNADAR01A09M4G').map((runs) => ({ runs })),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 12 }), fc.boolean(), (acts, downloads) => {
      const { end } = play(follow({ ...awaited, downloads }), acts);
      if (end.end === 'delivered') {
        assert.equal(end.versionAfter, newVersion);
        assert.ok(acts.some((each) => typeof each === 'object' && 'runs' in each && each.runs === newVersion));
      }
    }),
    { numRuns: 300 },
  );
});

test('unit: reports are taken out of lines that are glued, doubled or cut', () => {
  assert.deepEqual(takeReports('OK+QIND: "FOTA","START"+QIND: "FOTA","UPDATING",7'), {
    reports: [
      { word: 'START', number: undefined },
      { word: 'UPDATING', number: 7 },
    ],
    rest: 'OK',
  });
  assert.deepEqual(takeReports('+QIND: "FOTA","EN'), { reports: [], rest: '+QIND: "FOTA","EN' });
  const splitter = splitLines();
  splitter.uploading = true;
  assert.deepEqual(splitter.take(Buffer.from('A\r\n+CREG: 1\r\nAA\r\n+QFU')), [
    { kind: 'acks', count: 3 },
    { kind: 'line', text: '+CREG: 1' },
  ]);
  assert.deepEqual(splitter.take(Buffer.from('PL: 1,A\r\n')), [{ kind: 'line', text: '+QFUPL: 1,A' }]);
  assert.equal(versionIn(['+CREG: 1', 'RING', '+QGMR: RG520NNADAR01A01M4G_OCPU_01.001']), oldVersion);
  assert.equal(versionIn(['RDY', 'PB DONE', '+CSQ: 20,99', 'Quectel', 'unknown']), undefined);
  assert.deepEqual(['OK', 'ERROR', '+CME ERROR: 4', '+CMS ERROR: 5', 'RDY'].map(finalResult), [
    'ok',
    'error',
    'error',
    'error',
    undefined,
  ]);
});

test('unit: the checksum is that of big-endian words, an odd end padded', () => {
  assert.equal(xor16([Buffer.from([0x12, 0x34, 0x56])]), 0x1234 ^ 0x5600);
  assert.equal(xor16([Buffer.from([0x12]), Buffer.from([0x34, 0x56])]), 0x1234 ^ 0x5600);
});

test('unit: a wrong family is told before anything is sent', () => {
  const file: SeenPackage = {
    size: 1000,
    unpackedSize: 2000,
    project: 'RG520NNADA_VB',
    versionFrom: 'RG520NNADAR01A01M8G',
    versionTo: 'RG520NNADAR01A02M8G',
    largestPatched: { path: '/system/bin/app', size: 1000 },
    versionFile: undefined,
    checks: [{ path: '/system/bin/app', sha1: ['a', 'b'] }],
  };
  const seen = {
    version: file.versionFrom,
    product: 'RM520N-GL',
    usrdataFree: 2999,
    systemFree: 1499,
    files: new Map(),
  };
  const told = predict(file, seen);
  assert.deepEqual(
    told.map(({ code, certain }) => [code, certain]),
    [
      [undefined, true],
      [505, true],
      [550, true],
      [511, true],
      [510, true],
    ],
  );
  assert.match(told[0]?.message ?? '', /A\/B module \(M8G\)/);
  assert.match(told[1]?.message ?? '', /the module is a RM520N-GL, the package is for RG520NNADA_VB/);
  const fine = {
    ...seen,
    product: 'RG520N-NA',
    usrdataFree: 3000,
    systemFree: 1500,
    files: new Map([['/system/bin/app', 'b']]),
  };
  assert.deepEqual(
    predict({ ...file, versionFrom: oldVersion, versionTo: newVersion }, { ...fine, version: oldVersion }),
    [],
  );
});
