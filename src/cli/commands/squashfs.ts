import { squashfsMadeJson, squashfsMadeText } from '../../report/squashfs.js';
import type { SquashfsMakeRequest } from '../../usecases/squashfs/make.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { eraseBlock, eraseBlockOption, sizeOption } from '../options.js';
import { sourceDate } from '../source-date.js';

/** `dfota squashfs make DIR --output IMG [--ubi]`. */
export const squashfsCommand: Command = (program, choose) =>
  program.command('squashfs', 'Make squashfs images for production data that no user is to change', (commands) =>
    commands
      .command(
        'make <folder>',
        'Make the image of a folder, alone or in an UBI image',
        (options) =>
          options
            .positional('folder', { type: 'string', demandOption: true, describe: 'What is to be in the image' })
            .option('output', { type: 'string', demandOption: true, describe: 'The image to write' })
            .option('block', { type: 'string', default: '128K', describe: 'Bytes of a block of data' })
            .option('ubi', { type: 'boolean', describe: 'Lay it into an UBI image, to be written to a partition' })
            .option('volume', { type: 'string', default: 'data', describe: "With --ubi: the volume's name" })
            .option('erase-block', { ...eraseBlockOption, describe: "With --ubi: erase block of the module's flash" })
            .option('page', { type: 'string', default: '4096', describe: "With --ubi: page of the module's flash" })
            .option('json', { type: 'boolean', describe: 'Print one JSON document' })
            .epilogue(
              examples(
                [
                  ['$0 squashfs make data --output data.squashfs', 'an image'],
                  ['$0 squashfs make data --output data.ubi --ubi --volume data', 'in an UBI image with one volume'],
                ],
                "All of it is root's, modes are 644 and 755, dates are SOURCE_DATE_EPOCH or 1970. Read images with dfota ls and dfota extract.",
              ),
            ),
        (argv) =>
          choose(async ({ manner, out, log, onProgress, signal, environment }) => {
            const { squashfsMake } = await import('../../usecases/squashfs/make.js');
            const request = squashfsMakeRequest(argv, sourceDate(environment));
            const made = await squashfsMake(request, { onProgress, signal });
            for (const note of made.notes) log(`note: ${note}\n`);
            const report = manner.json ? squashfsMadeJson(made) : squashfsMadeText(made);
            out(report.text);
            return report.exitCode;
          }),
      )
      .demandCommand(1, 'say what to do: make')
      .epilogue(examples([['$0 squashfs make data --output data.squashfs', 'an image of production data']])),
  );

/** The command line's words, parsed. */
export interface SquashfsMakeWords {
  readonly folder: string;
  readonly output: string;
  readonly block: string;
  readonly ubi?: boolean | undefined;
  readonly volume: string;
  readonly eraseBlock?: string | undefined;
  readonly page: string;
}

/** The request of what the options say. Throws UsageError. */
export function squashfsMakeRequest(words: SquashfsMakeWords, date?: string): SquashfsMakeRequest {
  const { folder, output, block, ubi, volume, page } = words;
  const flash = {
    volume,
    eraseBlock: eraseBlock(words.eraseBlock) ?? 262_144,
    page: sizeOption('page', page) ?? 0,
  };
  return { folder, output, block: sizeOption('block', block), date, ubi: ubi === true ? flash : undefined };
}
