import { inspectionJson, inspectionText } from '../../report/inspection.js';
import type { InspectRequest } from '../../usecases/inspect/inspect.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';

/** `dfota inspect update.zip`. */
export const inspectCommand: Command = (program, choose) =>
  program.command(
    'inspect <package>',
    'Show what is in a package: versions, parts, files and their methods, the script and its phases',
    (options) =>
      options
        .positional('package', { type: 'string', demandOption: true, describe: 'An update.zip, whoever made it' })
        .option('json', { type: 'boolean', describe: 'One JSON document, with every file and the whole script' })
        .epilogue(
          examples([
            ['$0 inspect update.zip', 'an overview with the largest contributors'],
            ['$0 inspect update.zip --json | jq .targets', 'every file, for scripts'],
          ]),
        ),
    (argv) =>
      choose(async (session) => {
        const { inspectPackage } = await import('../../usecases/inspect/inspect.js');
        const { onProgress, signal } = session;
        const inspection = await inspectPackage(inspectRequest(argv), { onProgress, signal });
        const report = session.manner.json ? inspectionJson(inspection) : inspectionText(inspection);
        session.out(report.text);
        return report.exitCode;
      }),
  );

/** The request of what the options say. */
export function inspectRequest({ package: file }: InspectRequest): InspectRequest {
  return { package: file };
}
