import { listingJson, listingText } from '../../report/listing.js';
import type { LsRequest } from '../../usecases/ls.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';

/** `dfota ls INPUT`. */
export const lsCommand: Command = (program, choose) =>
  program.command(
    'ls <input>',
    'List what is in any input: a zip, a folder, an UBI, UBIFS, squashfs or LittleFS image, a folder of raw images',
    (options) =>
      options
        .positional('input', { type: 'string', demandOption: true, describe: 'A zip, a folder or an image' })
        .option('only', {
          type: 'string',
          array: true,
          describe: 'A path, folder or pattern; may be given several times',
        })
        .option('volume', { type: 'string', describe: 'Volume of an UBI image that holds several' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples([
            ['$0 ls targetfiles.zip --only SYSTEM/etc', 'what is below /etc'],
            ["$0 ls sdxlemur-sysfs.ubi --only '**/*.ko'", 'the kernel modules of an image'],
          ]),
        ),
    (argv) =>
      choose(async ({ manner, out, onProgress, signal }) => {
        const { ls } = await import('../../usecases/ls.js');
        const listing = await ls(lsRequest(argv), { onProgress, signal });
        const report = manner.json ? listingJson(listing) : listingText(listing);
        out(report.text);
        return report.exitCode;
      }),
  );

/** The request of what the options say. */
export function lsRequest({ input, only, volume, format }: LsRequest): LsRequest {
  return { input, only, volume, format };
}
