import { extractionJson, extractionText, listingJson, listingText } from '../../report/listing.js';
import { littlefsCheckJson, littlefsCheckText, littlefsMadeJson, littlefsMadeText } from '../../report/littlefs.js';
import type { LittlefsCheckRequest } from '../../usecases/littlefs/check.js';
import type { LittlefsMakeRequest, LittlefsPreset } from '../../usecases/littlefs/make.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { sizeOption } from '../options.js';
import { extractRequest } from './extract.js';
import { lsRequest } from './ls.js';

const json = { type: 'boolean', describe: 'Print one JSON document' } as const;
const image = { type: 'string', demandOption: true, describe: 'A LittleFS image' } as const;
const only = {
  type: 'string',
  array: true,
  describe: 'A path, folder or pattern; may be given several times',
} as const;

/** `dfota littlefs make|check|ls|extract`. */
export const littlefsCommand: Command = (program, choose) =>
  program.command('littlefs', 'Make, check and read LittleFS images, as QuecPython mounts them', (commands) =>
    commands
      .command(
        'make <folder>',
        'Make the image of a folder',
        (options) =>
          options
            .positional('folder', { type: 'string', demandOption: true, describe: 'What is to be in the image' })
            .option('size', { type: 'string', describe: 'Bytes of the partition, such as 5M or 0x60000' })
            .option('block', { type: 'string', default: '4096', describe: 'Bytes of a block' })
            .option('preset', {
              choices: ['customer_fs', 'customer_backup_fs'] as const,
              describe: 'A partition of QuecPython: 5M for /usr, 200K for /bak',
            })
            .option('output', { type: 'string', demandOption: true, describe: 'The image to write' })
            .option('json', json)
            .epilogue(
              examples([
                ['$0 littlefs make usr --preset customer_fs --output customer_fs.bin', 'the 5 MB of /usr'],
                ['$0 littlefs make usr --size 0x60000 --output customer_fs.bin', 'for a partition of another size'],
              ]),
            ),
        (argv) =>
          choose(async ({ manner, out, log, onProgress, signal }) => {
            const { littlefsMake } = await import('../../usecases/littlefs/make.js');
            const made = await littlefsMake(littlefsMakeRequest(argv), { onProgress, signal });
            for (const note of made.notes) log(`note: ${note}\n`);
            const report = manner.json ? littlefsMadeJson(made) : littlefsMadeText(made);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'check <image>',
        'Check an image, and say what can be read of it',
        (options) =>
          options
            .positional('image', image)
            .option('json', json)
            .epilogue(examples([['$0 littlefs check customer_fs.bin', 'ends with 1 where something is damaged']])),
        (argv) =>
          choose(async ({ manner, out }) => {
            const { littlefsCheck } = await import('../../usecases/littlefs/check.js');
            const check = await littlefsCheck(littlefsCheckRequest(argv));
            const report = manner.json ? littlefsCheckJson(check) : littlefsCheckText(check);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'ls <image>',
        'List what is in an image, as dfota ls does',
        (options) =>
          options
            .positional('image', image)
            .option('only', only)
            .option('json', json)
            .epilogue(examples([['$0 littlefs ls customer_fs.bin', 'all files and folders']])),
        (argv) =>
          choose(async ({ manner, out, onProgress, signal }) => {
            const { ls } = await import('../../usecases/ls.js');
            const request = lsRequest({ input: argv.image, only: argv.only, format: 'littlefs' });
            const listing = await ls(request, { onProgress, signal });
            const report = manner.json ? listingJson(listing) : listingText(listing);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'extract <image>',
        'Write what is in an image into a new folder, as dfota extract does',
        (options) =>
          options
            .positional('image', image)
            .option('output', {
              type: 'string',
              demandOption: true,
              describe: 'A folder that does not exist yet, or is empty',
            })
            .option('only', only)
            .option('json', json)
            .epilogue(examples([['$0 littlefs extract customer_fs.bin --output usr', 'what can be read of it']])),
        (argv) =>
          choose(async ({ manner, out, onProgress, signal }) => {
            const { extract } = await import('../../usecases/extract.js');
            const { image: input, output, only: chosen } = argv;
            const request = extractRequest({ input, output, only: chosen, format: 'littlefs' });
            const extraction = await extract(request, { onProgress, signal });
            const report = manner.json ? extractionJson(extraction) : extractionText(extraction);
            out(report.text);
            return report.exitCode;
          }),
      )
      .demandCommand(1, 'say what to do: make, check, ls or extract')
      .epilogue(
        examples([['$0 littlefs make usr --preset customer_fs --output customer_fs.bin', 'an image for /usr']]),
      ),
  );

/** The command line's words, parsed. */
export interface LittlefsMakeWords {
  readonly folder: string;
  readonly output: string;
  readonly size?: string | undefined;
  readonly block: string;
  readonly preset?: LittlefsPreset | undefined;
}

/** The request of what the options say. Throws UsageError. */
export function littlefsMakeRequest({ folder, output, size, block, preset }: LittlefsMakeWords): LittlefsMakeRequest {
  return { folder, output, size: sizeOption('size', size), block: sizeOption('block', block), preset };
}

/** The request of what the words of `check` say. */
export function littlefsCheckRequest({ image: file }: { readonly image: string }): LittlefsCheckRequest {
  return { image: file };
}
