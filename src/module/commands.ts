/** The AT commands that a simulated module knows. */
import { copyFile, rm } from 'node:fs/promises';
import { longestUpdateAddressBytes } from '../model/limits/module.js';
import type { ByteReader } from './byte-reader.js';
import type { Faults } from './faults.js';
import type { Port } from './port.js';
import { isStoredName, type Storage } from './storage.js';
import { sendFile, takeUpload } from './upload.js';

/** What the module is at the moment that a command comes. */
export interface Situation {
  readonly storage: Storage;
  readonly faults: Faults;
  readonly project: string;
  /** With the build: `RG520NNADAR01A01M4G_OCPU_01.001`. */
  readonly revision: string;
  readonly usrdataFree: number;
  /** Takes the port away, and brings it back after a while. */
  readonly drop: () => void;
  /** The cable can still be pulled once. */
  readonly cableIn: () => boolean;
  /** The package lies where the recovery takes it from. */
  readonly startUpdate: () => void;
  readonly startDownload: (url: URL) => void;
  readonly restart: () => void;
  readonly isUpdating: () => boolean;
}

/** How the port is set; AT commands change it. */
export interface Settings {
  echo: boolean;
  /** 0: plain ERROR, 1: numbers, 2: words. */
  errors: number;
}

/** Numbers behind +CME ERROR. */
const errors = {
  notAllowed: [3, 'operation not allowed'],
  invalid: [400, 'Invalid input value'],
  full: [403, 'Driver full'],
  notFound: [405, 'File not found'],
  name: [406, 'Invalid file name'],
  exists: [407, 'File already existed'],
  timeout: [421, 'Operation timeout'],
} as const;

const quoted = '"([^"]*)"';
/** Where the module's own files lie, by the names of several families. */
const storageFolders = /^(?:UFS:|\/usrdata\/cache\/ufs\/|\/data\/ufs\/|\/cache\/ufs\/)([^/]+)$/;

/** Answers one command line. */
export async function answerCommand(
  line: string,
  reader: ByteReader,
  port: Port,
  settings: Settings,
  now: Situation,
): Promise<void> {
  const { storage, faults } = now;
  const command = line.trim();
  const name = /^AT\+?([A-Z0-9]*)/i.exec(command)?.[1]?.toUpperCase() ?? '';
  const fail = async ([number, words]: readonly [number, string]): Promise<void> => {
    if (settings.errors === 0) await port.answer('ERROR');
    else await port.answer(`+CME ERROR: ${settings.errors === 1 ? number : words}`);
  };
  const answers: readonly (readonly [RegExp, (found: RegExpExecArray) => Promise<void>])[] = [
    [/^AT(?:&F|&W|Z)?$/i, () => port.answer('OK')],
    [
      /^ATE([01])?$/i,
      async ([, on]) => {
        settings.echo = on === '1' && faults.word('echo') !== 'off';
        await port.answer('OK');
      },
    ],
    [/^ATI$/i, () => port.answer('Quectel', now.project, `Revision: ${now.revision.replace(/_.*$/, '')}`, 'OK')],
    [/^AT\+(?:GMR|CGMR)$/i, () => port.answer(now.revision.replace(/_.*$/, ''), 'OK')],
    [/^AT\+QGMR$/i, () => port.answer(now.revision, 'OK')],
    [/^AT\+CSUB$/i, () => port.answer('SubEdition: V01', 'OK')],
    [/^AT\+C?GSN$/i, () => port.answer('860000000000000', 'OK')],
    [
      /^AT\+CMEE=([012])$/i,
      async ([, mode]) => {
        settings.errors = Number(mode);
        await port.answer('OK');
      },
    ],
    [
      /^AT\+CFUN=1,1$/i,
      async () => {
        await port.answer('OK');
        now.restart();
      },
    ],
    [/^AT\+Q(?:FOTADL|FUPL|FLST|FDEL|FDWL)=\?$/i, () => port.answer('OK')],
    [
      /^AT\+QFLDS(?:="UFS")?$/i,
      () => port.answer(`+QFLDS: ${now.usrdataFree},${Math.max(now.usrdataFree, 256 * 2 ** 20)}`, 'OK'),
    ],
    [
      /^AT\+QFLST(?:="([^"]*)")?$/i,
      async ([, wanted = '*']) => {
        const files = (await storage.files()).filter((file) => wanted === '*' || file.name === wanted);
        await port.answer(...files.map((file) => `+QFLST: "UFS:${file.name}",${file.size}`), 'OK');
      },
    ],
    [
      new RegExp(`^AT\\+QFDEL=${quoted}$`, 'i'),
      async ([, wanted = '']) => {
        const files = (await storage.files()).filter((file) => wanted === '*' || file.name === wanted);
        if (files.length === 0 && wanted !== '*') return await fail(errors.notFound);
        for (const file of files) await rm(storage.pathOf(file.name), { force: true });
        await port.answer('OK');
      },
    ],
    [
      new RegExp(`^AT\\+QFDWL=${quoted}$`, 'i'),
      async ([, wanted = '']) => {
        if (!(await storage.files()).some((file) => file.name === wanted)) return await fail(errors.notFound);
        await sendFile(storage.pathOf(wanted), port);
      },
    ],
    [
      new RegExp(`^AT\\+QFUPL=${quoted},(\\d{1,10})(?:,(\\d{1,5}))?(?:,([01]))?$`, 'i'),
      async ([, wanted = '', size = '', timeout = '5', ack = '0']) => {
        if (!isStoredName(wanted)) return await fail(errors.name);
        if ((await storage.files()).some((file) => file.name === wanted)) return await fail(errors.exists);
        if (Number(size) === 0) return await fail(errors.invalid);
        if (Number(size) > now.usrdataFree) return await fail(errors.full);
        const request = {
          path: storage.pathOf(wanted),
          size: Number(size),
          timeoutSeconds: Math.max(1, Number(timeout)),
          acknowledge: ack === '1',
          drop: now.drop,
        };
        const end = await takeUpload(request, reader, port, faults, now.cableIn());
        if (end === 'timeout') await fail(errors.timeout);
      },
    ],
    [
      new RegExp(`^AT\\+QFOTADL=${quoted}$`, 'i'),
      async ([, where = '']) => {
        if (where === '' || where.length > longestUpdateAddressBytes) return await fail(errors.invalid);
        if (now.isUpdating()) return await fail(errors.notAllowed);
        if (/^(?:https?|ftp):\/\//i.test(where)) {
          if (!URL.canParse(where)) return await fail(errors.invalid);
          await port.answer('OK');
          return now.startDownload(new URL(where));
        }
        const stored = storageFolders.exec(where)?.[1];
        if (!(await storage.files()).some((file) => file.name === stored)) return await fail(errors.notFound);
        await copyFile(storage.pathOf(stored ?? ''), storage.packagePath);
        await port.answer('OK');
        now.startUpdate();
      },
    ],
  ];
  if (settings.echo) await port.raw(`${line}\r`);
  if (faults.word('cme-error')?.toUpperCase() === name && name !== '') return await fail(errors.notAllowed);
  for (const [pattern, answer] of answers) {
    const found = pattern.exec(command);
    if (found !== null) return await answer(found);
  }
  await port.answer('ERROR');
}
