import { initiationJson, initiationText } from '../../report/initiation.js';
import type { InitRequest } from '../../usecases/init/init.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';

/** `dfota init [folder]`. */
export const initCommand: Command = (program, choose) =>
  program.command(
    'init [folder]',
    'Write a commented configuration for the builds of a folder',
    (options) =>
      options
        .positional('folder', { type: 'string', default: '.', describe: 'Folder of the builds' })
        .option('update-gen', {
          type: 'boolean',
          describe: "The maker's folder too: v1/, v2/, the lists, and an update_gen.sh that calls dfota",
        })
        .option('product', { type: 'string', describe: 'Name of the product', defaultDescription: 'the project' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples(
            [
              ['$0 init', 'dfota.config.yaml for the two newest builds here, or one folder below'],
              ['$0 init dfota --update-gen', 'a folder in which ./update_gen.sh a > log goes on as before'],
            ],
            'Nothing is written over: files that are there stay as they are.',
          ),
        ),
    (argv) =>
      choose(async ({ manner, out }) => {
        const { init } = await import('../../usecases/init/init.js');
        const made = await init(initRequest(argv));
        out(manner.json ? initiationJson(made) : initiationText(made));
        return exitCodes.done;
      }),
  );

/** The request of what the options say. */
export function initRequest({ folder, updateGen, product }: InitRequest): InitRequest {
  return { folder, updateGen, product };
}
