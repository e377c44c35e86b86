import { UsageError } from '../../model/errors.js';
import type { RepackWay } from '../../model/image-delta.js';
import { imageDeltaJson, imageDeltaText } from '../../report/image-delta.js';
import type { ImageDeltaRequest } from '../../usecases/image-delta/image-delta.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { countOption, sizeOption } from '../options.js';
import { passphraseFrom } from '../passphrase.js';

/** `dfota image-delta OLD NEW --output PATCH`, or `dfota image-delta -l fs|fp OLD NEW PATCH`, as the original is called. */
export const imageDeltaCommand: Command = (program, choose) =>
  program.command(
    'image-delta <old> <new> [patch]',
    'Make a patch from one image to another, for a device with little memory',
    (options) =>
      options
        .positional('old', { type: 'string', demandOption: true, describe: 'The image that the device has' })
        .positional('new', { type: 'string', demandOption: true, describe: 'The image that it is to have' })
        .positional('patch', { type: 'string', describe: 'The patch to write, as --output says it' })
        .option('output', { type: 'string', describe: 'The patch to write' })
        .option('layout', {
          alias: 'l',
          choices: ['fs', 'fp'] as const,
          describe: 'Where the patch lies: in a file system, or in its partition, together with the backup area',
        })
        .option('in-place', { type: 'boolean', describe: 'Old and new image share the flash' })
        .option('backup-area', { type: 'string', describe: 'Bytes of the backup area; says --in-place too' })
        .option('flash-block', { type: 'string', describe: 'Bytes that are erased at once (4096 in place)' })
        .option('write-size', { type: 'string', describe: 'Bytes that are written at once, 1 to 32' })
        .option('ram', { type: 'string', describe: 'Memory of the decoder (16 KiB)' })
        .option('segment', { type: 'string', describe: 'Bytes made at once (1 MiB, 64 KiB in place)' })
        .option('product', { type: 'string', describe: 'Refused by devices of another product' })
        .option('counter', { type: 'string', describe: 'Refused by devices with a higher counter' })
        .option('repack', {
          type: 'string',
          describe:
            'Packed parts that the device can write, compared unpacked: deflate (gzip, zlib, zip), lz4, lzma, xz; or none',
        })
        .option('scratch', { type: 'string', describe: 'Bytes of flash for both images unpacked, with --repack' })
        .option('sign', { type: 'string', describe: 'Bytes to keep for a signature, with a digest of each segment' })
        .option('key', { type: 'string', describe: 'Private key that signs the patch, RSA, PEM' })
        .option('passphrase-env', {
          type: 'string',
          default: 'DFOTA_KEY_PASSPHRASE',
          describe: 'Variable of the environment with the passphrase of the key; without it a terminal is asked',
        })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples(
            [
              ['$0 image-delta v1.bin v2.bin --output v1-v2.patch', 'for a decoder with 16 KiB'],
              [
                '$0 image-delta v1.bin v2.bin --output v1-v2.patch --in-place --flash-block 4K --ram 32K',
                'on one slot',
              ],
              ['$0 image-delta v1.bin v2.bin --output v1-v2.patch --repack deflate --scratch 64M', 'packed kernels'],
              ['$0 image-delta -l fp v1.bin v2.bin v1-v2.patch --backup-area 512K', 'patch and backup in a partition'],
            ],
            'Sizes: 4096, 512K, 1M (powers of 1024) or 70MB (powers of 1000).',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { manner, out, onProgress, signal } = session;
        const { imageDelta } = await import('../../usecases/image-delta/image-delta.js');
        const made = await imageDelta(imageDeltaRequest(argv), {
          onProgress,
          signal,
          passphrase: passphraseFrom(argv.passphraseEnv, session),
        });
        const report = manner.json ? imageDeltaJson(made) : imageDeltaText(made);
        out(report.text);
        return report.exitCode;
      }),
  );

/** The command line's words, parsed. */
export interface ImageDeltaWords {
  readonly old: string;
  readonly new: string;
  readonly patch?: string | undefined;
  readonly output?: string | undefined;
  readonly layout?: 'fs' | 'fp' | undefined;
  readonly inPlace?: boolean | undefined;
  readonly backupArea?: string | undefined;
  readonly flashBlock?: string | undefined;
  readonly writeSize?: string | undefined;
  readonly ram?: string | undefined;
  readonly segment?: string | undefined;
  readonly product?: string | undefined;
  readonly counter?: string | undefined;
  readonly repack?: string | undefined;
  readonly scratch?: string | undefined;
  readonly sign?: string | undefined;
  readonly key?: string | undefined;
}

/** The request of what the options say. Throws UsageError. */
export function imageDeltaRequest(words: ImageDeltaWords): ImageDeltaRequest {
  const backupArea = sizeOption('backup-area', words.backupArea);
  return {
    old: words.old,
    target: words.new,
    output: outputOf(words),
    layout: words.layout,
    inPlace: words.inPlace ?? backupArea !== undefined,
    backupArea,
    flashBlock: sizeOption('flash-block', words.flashBlock),
    writeSize: countOption('write-size', words.writeSize, 1, 32),
    ram: sizeOption('ram', words.ram),
    segment: sizeOption('segment', words.segment),
    product: words.product,
    counter: sizeOption('counter', words.counter),
    repack: repackOf(words.repack),
    scratch: sizeOption('scratch', words.scratch),
    sign: countOption('sign', words.sign, 1, 1024),
    key: words.key,
  };
}

/** What each word stands for: people know the programs, not what they have in common. */
const repackWords: ReadonlyMap<string, RepackWay> = new Map([
  ['deflate', 'deflate'],
  ['gzip', 'deflate'],
  ['zlib', 'deflate'],
  ['zip', 'deflate'],
  ['lz4', 'lz4'],
  ['lzma', 'lzma'],
  ['xz', 'xz'],
]);

function repackOf(words: string | undefined): readonly RepackWay[] | undefined {
  if (words === undefined || words === 'none') return undefined;
  const ways = words.split(',').map((word) => {
    const way = repackWords.get(word);
    if (way !== undefined) return way;
    throw new UsageError({
      code: 'delta-option',
      message: 'parts that are packed so cannot be compared unpacked',
      found: `--repack ${words}`,
      expected: `none, or one or more of ${[...repackWords.keys()].join(', ')}, with commas between them`,
    });
  });
  return [...new Set(ways)];
}

function outputOf({ patch, output }: ImageDeltaWords): string {
  if (patch !== undefined && output === undefined) return patch;
  if (output !== undefined && patch === undefined) return output;
  throw new UsageError({
    code: 'usage',
    message: output === undefined ? 'the patch to write is missing' : 'the patch to write is named twice',
    remedy: 'name it once, with --output PATCH or as the third word',
  });
}
