import { imageInfoJson, imageInfoText } from '../../report/image-delta.js';
import type { ImageInfoRequest } from '../../usecases/image-delta/image-info.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';

/** `dfota image-info PATCH`. */
export const imageInfoCommand: Command = (program, choose) =>
  program.command(
    'image-info <patch>',
    'Show what is in a patch of image-delta: sizes, memory, flash, order, segments',
    (options) =>
      options
        .positional('patch', { type: 'string', demandOption: true, describe: 'What dfota image-delta has made' })
        .option('old', { type: 'string', describe: 'The image that the patch is for: shows what the content costs' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document, with every segment' })
        .epilogue(
          examples([
            ['$0 image-info v1-v2.patch', 'whether it fits a device'],
            ['$0 image-info v1-v2.patch --old v1.bin', 'what takes room in it'],
          ]),
        ),
    (argv) =>
      choose(async ({ manner, out, onProgress, signal }) => {
        const { imageInfo } = await import('../../usecases/image-delta/image-info.js');
        const request = imageInfoRequest(argv);
        const info = await imageInfo(request, { onProgress, signal });
        const report = manner.json ? imageInfoJson(info) : imageInfoText(request.patch, info);
        out(report.text);
        return report.exitCode;
      }),
  );

/** The request of what the options say. */
export function imageInfoRequest({ patch, old }: ImageInfoRequest): ImageInfoRequest {
  return { patch, old };
}
