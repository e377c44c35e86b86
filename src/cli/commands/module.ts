import { UsageError } from '../../model/errors.js';
import { extractionJson, extractionText } from '../../report/listing.js';
import type { ModuleRequest, ModuleTreeRequest } from '../../usecases/module/module.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { countOption } from '../options.js';

/** `dfota module --firmware V1 --listen tcp://127.0.0.1:0 --state DIR`. */
export const moduleCommand: Command = (program, choose) =>
  program.command(
    'module',
    'Simulate a module: an AT port on TCP, and behind it the simulated device that really installs what it gets',
    (options) =>
      options
        .option('firmware', { type: 'string', describe: 'The build that runs on it at first' })
        .option('listen', { type: 'string', describe: 'Address of its AT port; port 0 is a free one' })
        .option('state', { type: 'string', demandOption: true, describe: 'Folder in which the module lives' })
        .option('fault', {
          type: 'string',
          array: true,
          describe: 'A fault of the field, NAME or NAME=VALUE (docs/delivery.md); may be given several times',
        })
        .option('speed', { type: 'string', default: '1', describe: 'So many times faster than a module' })
        .option('profile', {
          type: 'string',
          default: 'linux-embedded',
          describe: 'The recovery on it, as verify has it',
        })
        .option('tree', { type: 'string', describe: "Write the module's file system into this new folder, and end" })
        .option('json', { type: 'boolean', describe: 'Print JSON (the first line always is)' })
        .epilogue(
          examples(
            [
              ['$0 module --firmware v1.zip --listen tcp://127.0.0.1:0 --state m1', 'until it is stopped'],
              ['$0 module --state m1 --tree after', 'what is on it now?'],
            ],
            'The first line on standard output is {"listening":"tcp://HOST:PORT"}.\n' +
              'Ctrl-C (SIGTERM, SIGINT) switches it off; it goes on where it was.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { simulateModule, writeModuleTree } = await import('../../usecases/module/module.js');
        const { out, log, manner, signal, onProgress } = session;
        if (argv.tree !== undefined) {
          const written = await writeModuleTree(moduleTreeRequest({ ...argv, tree: argv.tree }), {
            onProgress,
            signal,
          });
          const report = manner.json ? extractionJson(written) : extractionText(written);
          out(report.text);
          return report.exitCode;
        }
        await simulateModule(moduleRequest(argv), {
          signal,
          onListening: (listening) => out(`${JSON.stringify({ listening })}\n`),
          onEvent: (line) => log(`module: ${line}`),
        });
        signal.throwIfAborted();
        return exitCodes.done;
      }),
  );

interface ModuleOptions {
  readonly firmware?: string | undefined;
  readonly listen?: string | undefined;
  readonly state: string;
  readonly fault?: readonly string[] | undefined;
  readonly speed: string;
  readonly profile: string;
  readonly tree?: string | undefined;
}

/** The request of what the options say. */
export function moduleRequest(options: ModuleOptions): ModuleRequest {
  const { firmware, listen, state, fault, profile } = options;
  if (firmware === undefined || listen === undefined) {
    throw new UsageError({
      code: 'module-words',
      message: `--${firmware === undefined ? 'firmware' : 'listen'} is missing`,
      expected: '--firmware, --listen and --state to run a module, or --state and --tree to write its files',
    });
  }
  return { firmware, listen, state, faults: fault, speed: countOption('speed', options.speed, 1, 100_000), profile };
}

/** The request of what the options say, with `--tree`. */
export function moduleTreeRequest(
  options: Pick<ModuleOptions, 'state' | 'firmware'> & { readonly tree: string },
): ModuleTreeRequest {
  return { state: options.state, output: options.tree, firmware: options.firmware };
}
