import { nvsMassJson, nvsMassText } from '../../report/nvs.js';
import type { NvsMassRequest } from '../../usecases/nvs/mass.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { countOption, sizeOption } from '../options.js';

const text = { type: 'string' } as const;
const needed = { type: 'string', demandOption: true } as const;

/** `dfota nvs mass`. */
export const nvsMassCommand: Command = (commands, choose) =>
  commands.command(
    'mass',
    'Make a partition for each device of a batch',
    (options) =>
      options
        .version(false)
        .option('config', { ...needed, describe: 'Keys of every device: name,namespace and key,type,encoding' })
        .option('values', { ...needed, describe: 'A column for each key, a row for each device' })
        .option('output', { ...needed, describe: 'Folder for bin/ and manifest.json; what is right in it is kept' })
        .option('size', { ...needed, describe: 'Bytes of each partition, such as 0x3000 or 12K' })
        .option('version', { choices: ['1', '2'] as const, default: '2' as const, describe: 'Version of NVS' })
        .option('prefix', { ...text, describe: 'How names of images begin', defaultDescription: 'device' })
        .option('file-id', {
          ...text,
          describe: 'Key whose value ends the name of an image',
          defaultDescription: 'a number',
        })
        .option('unique', { ...text, describe: 'Keys whose value no two devices share, with commas between them' })
        .option('key-file', { ...text, describe: 'Partition of keys to encrypt with (AES-256-XTS)' })
        .option('hmac-key', { ...text, describe: 'HMAC key of 32 bytes that the keys are derived from' })
        .option('jobs', { ...text, describe: 'Images that are written at once', defaultDescription: '4' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples([
            ['$0 nvs mass --config config.csv --values values.csv --size 0x3000 --output batch', 'numbered images'],
            [
              '$0 nvs mass --config c.csv --values v.csv --size 12K --file-id serial --output batch',
              'images named by a value',
            ],
          ]),
        ),
    (argv) =>
      choose(async ({ manner, out, log, onProgress, signal }) => {
        const { nvsMass } = await import('../../usecases/nvs/mass.js');
        const mass = await nvsMass(nvsMassRequest(argv), { onProgress, signal });
        for (const note of mass.notes) log(`note: ${note}\n`);
        const report = manner.json ? nvsMassJson(mass) : nvsMassText(mass);
        out(report.text);
        return report.exitCode;
      }),
  );

/** The command line's words, parsed. */
export interface NvsMassWords {
  readonly config: string;
  readonly values: string;
  readonly output: string;
  readonly size: string;
  readonly version: '1' | '2';
  readonly prefix?: string | undefined;
  readonly fileId?: string | undefined;
  readonly unique?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly hmacKey?: string | undefined;
  readonly jobs?: string | undefined;
}

/** The request of what the options say. Throws UsageError. */
export function nvsMassRequest(words: NvsMassWords): NvsMassRequest {
  const { config, values, output, size, version, prefix, fileId, unique, keyFile, hmacKey, jobs } = words;
  return {
    config,
    values,
    output,
    size: sizeOption('size', size) ?? 0,
    version: version === '1' ? 1 : 2,
    prefix,
    fileId,
    unique: unique?.split(',').map((name) => name.trim()),
    keyFile,
    hmacKey,
    jobs: countOption('jobs', jobs, 1, 64),
  };
}
