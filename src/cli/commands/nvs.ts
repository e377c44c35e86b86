import { UsageError } from '../../model/errors.js';
import type { NvsMade } from '../../model/nvs.js';
import { nvsDiffJson, nvsDiffText, nvsDumpJson, nvsDumpText, nvsMadeJson, nvsMadeText } from '../../report/nvs.js';
import type { NvsDiffRequest } from '../../usecases/nvs/diff.js';
import type { NvsDumpRequest } from '../../usecases/nvs/dump.js';
import type { NvsMakeRequest } from '../../usecases/nvs/make.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { sizeOption } from '../options.js';
import type { Action } from '../session.js';
import { nvsMassCommand } from './nvs-mass.js';

const json = { type: 'boolean', describe: 'Print one JSON document' } as const;
const size = { type: 'string', describe: 'Bytes of the partition, such as 0x3000 or 12K' } as const;
const output = { type: 'string', describe: 'The image to write' } as const;
const keyFile = { type: 'string', describe: 'Partition of keys to encrypt and decrypt with (AES-256-XTS)' } as const;
const hmacKey = { type: 'string', describe: 'HMAC key of 32 bytes that the keys are derived from' } as const;
const generateKey = {
  type: 'string',
  describe: 'Make new keys, write them to this file, and encrypt with them',
} as const;
const version = {
  choices: ['1', '2'] as const,
  default: '2' as const,
  describe: 'Version of NVS: 2 parts large blobs over pages',
};

/** `dfota nvs make|generate|dump|diff`; `dfota nvs --input CSV --output BIN --size N`, as published. */
export const nvsCommand: Command = (program, choose) =>
  program.command('nvs', 'Make, show and compare NVS partitions: keys and values of production data', (commands) =>
    nvsMassCommand(commands, choose)
      .command(
        'make <csv>',
        'Make the image of a partition from a table',
        (options) =>
          options
            .positional('csv', { type: 'string', demandOption: true, describe: 'Table: key,type,encoding,value' })
            .version(false)
            .option('size', { ...size, demandOption: true })
            .option('output', { ...output, demandOption: true })
            .option('version', version)
            .option('key-file', keyFile)
            .option('hmac-key', hmacKey)
            .option('generate-key', generateKey)
            .option('json', json)
            .epilogue(
              examples([['$0 nvs make mass.csv --size 0x3000 --output mass.bin', 'for a partition of 12 KiB']]),
            ),
        (argv) => choose(making(() => nvsMakeRequest(argv))),
      )
      .command(
        'generate <csv> <bin> <bytes>',
        'The same, called as the original generator is',
        (options) =>
          options
            .positional('csv', { type: 'string', demandOption: true, describe: 'Table: key,type,encoding,value' })
            .positional('bin', { ...output, demandOption: true })
            .positional('bytes', { ...size, demandOption: true })
            .version(false)
            .option('version', version)
            .option('key-file', keyFile)
            .option('hmac-key', hmacKey)
            .option('generate-key', generateKey)
            .option('json', json)
            .epilogue(examples([['$0 nvs generate mass.csv mass.bin 0x3000', 'as nvs_partition_gen.py generate']])),
        (argv) => choose(making(() => nvsMakeRequest({ ...argv, output: argv.bin, size: argv.bytes }))),
      )
      .command(
        'dump <bin>',
        'Show what is in a partition, and check it',
        (options) =>
          options
            .positional('bin', { type: 'string', demandOption: true, describe: 'Image of an NVS partition' })
            .option('key-file', keyFile)
            .option('hmac-key', hmacKey)
            .option('json', json)
            .epilogue(examples([['$0 nvs dump mass.bin', 'values, old values, pages, problems']])),
        (argv) =>
          choose(async ({ manner, out }) => {
            const { nvsDump } = await import('../../usecases/nvs/dump.js');
            const dump = await nvsDump(nvsDumpRequest(argv));
            const report = manner.json ? nvsDumpJson(dump) : nvsDumpText(dump);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'diff <before> <after>',
        'Show how the values of two partitions differ',
        (options) =>
          options
            .positional('before', { type: 'string', demandOption: true, describe: 'Image of an NVS partition' })
            .positional('after', { type: 'string', demandOption: true, describe: 'Image of another one' })
            .option('key-file', keyFile)
            .option('hmac-key', hmacKey)
            .option('json', json)
            .epilogue(examples([['$0 nvs diff device1.bin device2.bin', 'what is different in the second one']])),
        (argv) =>
          choose(async ({ manner, out }) => {
            const { nvsDiff } = await import('../../usecases/nvs/diff.js');
            const diff = await nvsDiff(nvsDiffRequest(argv));
            const report = manner.json ? nvsDiffJson(diff) : nvsDiffText(diff);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        '$0',
        false,
        (options) =>
          options
            .version(false)
            .option('input', { type: 'string', describe: 'Table to make a partition from, as make takes it' })
            .option('output', output)
            .option('size', size)
            .option('version', version)
            .option('key-file', keyFile)
            .option('hmac-key', hmacKey)
            .option('generate-key', generateKey)
            .option('json', json),
        (argv) => choose(making(() => nvsMakeRequest(publishedWords(argv)))),
      )
      .epilogue(examples([['$0 nvs --input mass.csv --output mass.bin --size 0x3000', 'as nvs make, with options']])),
  );

function making(request: () => NvsMakeRequest): Action {
  return async ({ manner, out, log, onProgress, signal }) => {
    const { nvsMake } = await import('../../usecases/nvs/make.js');
    const made: NvsMade = await nvsMake(request(), { onProgress, signal });
    for (const note of made.notes) log(`note: ${note}\n`);
    const report = manner.json ? nvsMadeJson(made) : nvsMadeText(made);
    out(report.text);
    return report.exitCode;
  };
}

interface KeyWords {
  readonly keyFile?: string | undefined;
  readonly hmacKey?: string | undefined;
}

/** The command line's words, parsed. */
export interface NvsMakeWords extends KeyWords {
  readonly csv: string;
  readonly output: string;
  readonly size: string;
  readonly version: '1' | '2';
  readonly generateKey?: string | undefined;
}

function publishedWords(
  given: Omit<NvsMakeWords, 'csv' | 'output' | 'size'> & {
    readonly input?: string | undefined;
    readonly output?: string | undefined;
    readonly size?: string | undefined;
  },
): NvsMakeWords {
  const { input, output, size } = given;
  if (input !== undefined && output !== undefined && size !== undefined) return { ...given, csv: input, output, size };
  const words = { '--input': input, '--output': output, '--size': size };
  const missing = Object.entries(words).flatMap(([name, word]) => (word === undefined ? [name] : []));
  throw new UsageError({
    code: 'usage',
    message:
      missing.length === 3
        ? 'say what to do: make, generate, mass, dump or diff'
        : `${missing.join(' and ')} is missing`,
    remedy: 'see dfota nvs --help',
  });
}

/** The request of what the options say. Throws UsageError. */
export function nvsMakeRequest({
  csv,
  output,
  size,
  version,
  keyFile,
  hmacKey,
  generateKey,
}: NvsMakeWords): NvsMakeRequest {
  const bytes = sizeOption('size', size) ?? 0;
  return { table: csv, output, size: bytes, version: version === '1' ? 1 : 2, keyFile, hmacKey, generateKey };
}

/** The request of what the words of `dump` say. */
export function nvsDumpRequest({ bin, keyFile, hmacKey }: KeyWords & { readonly bin: string }): NvsDumpRequest {
  return { image: bin, keyFile, hmacKey };
}

/** The request of what the words of `diff` say. */
export function nvsDiffRequest({ before, after, keyFile, hmacKey }: NvsDiffRequest): NvsDiffRequest {
  return { before, after, keyFile, hmacKey };
}
