import { extractionJson, extractionText } from '../../report/listing.js';
import type { ExtractRequest } from '../../usecases/extract.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';

/** `dfota extract INPUT --output DIR`. */
export const extractCommand: Command = (program, choose) =>
  program.command(
    'extract <input>',
    'Write what is in any input into a new folder: a zip, a folder, an UBI, UBIFS, squashfs or LittleFS image',
    (options) =>
      options
        .positional('input', { type: 'string', demandOption: true, describe: 'A zip, a folder or an image' })
        .option('output', {
          type: 'string',
          demandOption: true,
          describe: 'A folder that does not exist yet, or is empty',
        })
        .option('only', {
          type: 'string',
          array: true,
          describe: 'A path, folder or pattern; may be given several times',
        })
        .option('volume', { type: 'string', describe: 'Volume of an UBI image that holds several' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples(
            [
              ['$0 extract sdxlemur-sysfs.ubi --output rootfs', 'the root file system out of an image'],
              ['$0 extract v1.zip --output etc --only SYSTEM/etc', 'a folder of a build'],
            ],
            'Modes and links are kept, owners are not; device nodes are listed, not created.',
          ),
        ),
    (argv) =>
      choose(async ({ manner, out, onProgress, signal }) => {
        const { extract } = await import('../../usecases/extract.js');
        const extraction = await extract(extractRequest(argv), { onProgress, signal });
        const report = manner.json ? extractionJson(extraction) : extractionText(extraction);
        out(report.text);
        return report.exitCode;
      }),
  );

/** The request of what the options say. */
export function extractRequest({ input, output, only, volume, format }: ExtractRequest): ExtractRequest {
  return { input, output, only, volume, format };
}
