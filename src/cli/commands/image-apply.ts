import { imageApplyJson, imageApplyText } from '../../report/image-delta.js';
import type { ImageApplyRequest } from '../../usecases/image-delta/image-apply.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { sizeOption } from '../options.js';

/** `dfota image-apply OLD PATCH --output NEW`. */
export const imageApplyCommand: Command = (program, choose) =>
  program.command(
    'image-apply <old> <patch>',
    'Make the new image out of the old one and a patch of image-delta, as a device does',
    (options) =>
      options
        .positional('old', { type: 'string', demandOption: true, describe: 'The image that the patch is for' })
        .positional('patch', { type: 'string', demandOption: true, describe: 'What dfota image-delta has made' })
        .option('output', { type: 'string', demandOption: true, describe: 'The new image to write' })
        .option('product', { type: 'string', describe: 'Refuse a patch for another product' })
        .option('counter', { type: 'string', describe: 'Refuse a patch with a lower counter' })
        .option('public-key', { type: 'string', describe: 'Refuse a patch that this key has not signed, PEM' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(examples([['$0 image-apply v1.bin v1-v2.patch --output v2.bin', 'as the device does it']])),
    (argv) =>
      choose(async ({ manner, out, onProgress, signal }) => {
        const { imageApply } = await import('../../usecases/image-delta/image-apply.js');
        const request = imageApplyRequest(argv);
        const info = await imageApply(request, { onProgress, signal });
        const report = manner.json ? imageApplyJson(request.output, info) : imageApplyText(request.output, info);
        out(report.text);
        return report.exitCode;
      }),
  );

/** The command line's words, parsed. */
export interface ImageApplyWords {
  readonly old: string;
  readonly patch: string;
  readonly output: string;
  readonly product?: string | undefined;
  readonly counter?: string | undefined;
  readonly publicKey?: string | undefined;
}

/** The request of what the options say. Throws UsageError. */
export function imageApplyRequest(words: ImageApplyWords): ImageApplyRequest {
  const { old, patch, output, product, counter, publicKey } = words;
  return { old, patch, output, product, counter: sizeOption('counter', counter), publicKey };
}
