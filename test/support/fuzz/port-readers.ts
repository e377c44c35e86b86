/** The two ends of an AT port and the state of a simulated module, for the fuzz. */
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { finalResult, splitLines, takeReports, versionIn } from '../../../src/delivery/reports.js';
import { toSha1 } from '../../../src/model/digest.js';
import { toBuildPath } from '../../../src/model/path.js';
import { answerCommand } from '../../../src/module/commands.js';
import { parseFaults } from '../../../src/module/faults.js';
import { DamagedState, flashFrom } from '../../../src/module/flash-state.js';
import { inFolder } from './file-readers.js';
import type { FuzzReader } from './reader.js';

const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const nothing = async (): Promise<void> => {};

/** A module that has no files and whose port is gone as soon as it wants bytes. */
function answer(line: string, folder: string): Promise<void> {
  const reader = { line: async () => undefined, some: async () => undefined };
  const port = { answer: nothing, raw: nothing, report: nothing };
  const storage = {
    folder,
    content: { read: async () => new Uint8Array(), close: nothing },
    load: async () => undefined,
    save: nothing,
    files: async () => [],
    pathOf: (name: string) => join(folder, name),
    packagePath: join(folder, 'package'),
  };
  const situation = {
    storage,
    faults: parseFaults([]),
    project: 'RG520N',
    revision: 'RG520NNADAR01A01M4G_01.001',
    usrdataFree: 2 ** 27,
    drop: () => {},
    cableIn: () => true,
    startUpdate: () => {},
    startDownload: () => {},
    restart: () => {},
    isUpdating: () => false,
  };
  return answerCommand(line, reader, port, { echo: true, errors: 1 }, situation);
}

const own = { uid: 0, gid: 0, mode: 0o755, selabel: null, capabilities: '1' };
const state = JSON.stringify({
  volumes: [
    {
      name: 'system',
      capacity: 2 ** 20,
      block: 4096,
      unit: 1,
      root: {
        ...own,
        kind: 'directory',
        children: [
          ['a', { ...own, kind: 'file', content: [sha1, 0] }],
          [
            'b',
            {
              ...own,
              kind: 'file',
              mode: 'unset',
              content: {
                pieces: [
                  [0, 10],
                  [sha1, 0, 0, 0],
                ],
              },
            },
          ],
          ['l', { kind: 'link', to: 'a' }],
          ['d', { kind: 'device', partition: 'abl' }],
        ],
      },
    },
  ],
  partitions: [['boot', [sha1, 0]]],
  stage: '',
});

const reports = [
  '\r\n+QIND: "FOTA","HTTPSTART"\r\n\r\n+QIND: "FOTA","HTTPEND",0\r\n\r\n+QIND: "FOTA","UPDATING",10\r\n',
  'AT+QGMR\r\r\nRG520NNADAR01A02M4G_01.001\r\n\r\nOK\r\nAAAA\r\n+CME ERROR: 405\r\n',
];

/** Readers by name. */
export const portReaders = {
  'at-line': {
    read: (bytes) =>
      inFolder(bytes, [], (_inner, file) => {
        // Files of an upload go into a folder below: whatever comes to be beside it was written outside.
        const line = Buffer.from(bytes).toString('latin1');
        return answer(line, `${file}.none`).catch((error: unknown) => {
          const code = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
          // The folder of this module is not there, so an upload cannot begin.
          if (code !== 'ENOENT') throw error;
        });
      }),
    throws: [],
    samples: () =>
      ['ATI', 'AT+QFUPL="a.bin",100,5,1', 'AT+QFOTADL="/data/ufs/a.bin"', 'AT+QFOTADL="http://a/b"', 'AT+CMEE=2'].map(
        (text) => Buffer.from(text),
      ),
    words: ['AT+', '="', '"', ',', '../', '/', '%2e%2e', '\\', 'http://[', 'https://', 'UFS:', '99999999999'],
  },
  reports: {
    read: (bytes) => {
      const splitter = splitLines();
      const half = bytes.length >> 1;
      const lines: string[] = [];
      for (const [index, part] of [bytes.subarray(0, half), bytes.subarray(half)].entries()) {
        splitter.uploading = index === 1;
        for (const heard of splitter.take(part)) if (heard.kind === 'line') lines.push(heard.text);
      }
      for (const line of lines) {
        takeReports(line);
        finalResult(line);
      }
      versionIn(lines);
    },
    throws: [],
    samples: () => reports.map((text) => Buffer.from(text)),
    words: ['+QIND: "FOTA","', 'END', ',505', '\r\n', 'CONNECT', 'AAAA', 'OK', '+CME ERROR', 'RDY', '\0'],
  },
  'module-state': {
    read: (bytes) =>
      flashFrom(JSON.parse(Buffer.from(bytes).toString('utf8')), (digest, size) => ({
        kind: 'whole',
        size,
        sha1: toSha1(digest),
        origin: { from: 'build', path: toBuildPath(`KEPT/${digest}`) },
      })),
    throws: [DamagedState, SyntaxError],
    samples: () => [Buffer.from(state)],
    words: [
      'null',
      '{}',
      '[]',
      '-1',
      '1e999',
      '"children":[',
      '"kind":"directory"',
      '"pieces":',
      '"__proto__"',
      '9007199254740993',
    ],
  },
} as const satisfies Readonly<Record<string, FuzzReader>>;
