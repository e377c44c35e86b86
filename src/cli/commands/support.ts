import type { SupportRequest } from '../../usecases/support/support.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { chosenLists, listsOptions } from '../lists-option.js';
import { companionOption, countOption, modesOption, partsOption } from '../options.js';

/** `dfota support SOURCE TARGET --output support.zip`. */
export const supportCommand: Command = (program, choose) =>
  program.command(
    'support <source> <target>',
    'Pack what a maintainer needs to look at a failure, without the firmware',
    (options) =>
      options
        .positional('source', { type: 'string', demandOption: true, describe: 'The build that the module runs' })
        .positional('target', { type: 'string', demandOption: true, describe: 'The build that it is to run' })
        .option('output', {
          type: 'string',
          demandOption: true,
          describe: 'A folder that is not there yet, or an archive: x.zip, x.tar.gz',
        })
        .option('parts', { type: 'string', default: 'a', describe: 'What is updated: a (all), or letters of l, m, o' })
        .options(listsOptions)
        .option('companion', companionOption)
        .option('modes', modesOption)
        .option('package', { type: 'string', describe: 'The package that failed' })
        .option('log', { type: 'string', describe: 'The recovery log of the module: last_log' })
        .option('with-firmware', { type: 'boolean', describe: 'Pack both builds too: all bytes of the firmware' })
        .option('jobs', { type: 'string', describe: 'Worker threads', defaultDescription: 'one for each processor' })
        .option('json', { type: 'boolean', describe: 'One JSON document on standard output' })
        .epilogue(
          examples(
            [
              ['$0 support v1.zip v2.zip --lists lists --output support.zip', 'what a report needs'],
              [
                '$0 support v1.zip v2.zip --package update.zip --log last_log --output support.tar.gz',
                'after a failed update',
              ],
            ],
            'Look into the archive before you send it: names of files, lists and metadata are in it.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { support } = await import('../../usecases/support/support.js');
        const { onProgress, signal, manner } = session;
        const supported = await support(supportRequest({ ...argv, lists: await chosenLists(argv, session) }), {
          onProgress,
          signal,
        });
        const { output, files, failures } = supported;
        session.out(
          manner.json
            ? `${JSON.stringify({ format: 'dfota-support', version: 1, ...supported }, null, 2)}\n`
            : [
                `${output}:`,
                ...files.map((name) => `  ${name}`),
                ...failures.map(({ step }) => `  the step ${step} failed: its faults are packed`),
                '',
              ].join('\n'),
        );
        return exitCodes.done;
      }),
  );

interface SupportWords extends Omit<SupportRequest, 'parts' | 'jobs'> {
  readonly parts: string;
  readonly jobs?: string | undefined;
}

/** The request of what the options say. */
export function supportRequest(options: SupportWords): SupportRequest {
  const { source, target, output, lists, companion, modes, log, withFirmware } = options;
  return {
    source,
    target,
    output,
    lists,
    companion,
    modes,
    parts: partsOption(options.parts),
    package: options.package,
    log,
    withFirmware,
    jobs: countOption('jobs', options.jobs, 1, 256),
  };
}
