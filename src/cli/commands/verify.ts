import { UsageError } from '../../model/errors.js';
import { verificationJson, verificationText } from '../../report/verification.js';
import { profileNames } from '../../usecases/generate/generate-defaults.js';
import type { VerifyFilesRequest } from '../../usecases/verify/verify-files.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { companionOption, countOption, modesOption, partsOption, sizeOption } from '../options.js';

/** `dfota verify update.zip --source v1.zip`. */
export const verifyCommand: Command = (program, choose) =>
  program.command(
    'verify <package>',
    'Prove a package on a simulated device, whoever made it',
    (options) =>
      options
        .positional('package', { type: 'string', demandOption: true, describe: 'An update.zip' })
        .option('source', { type: 'string', demandOption: true, describe: 'The build that runs on the module' })
        .option('target', { type: 'string', describe: 'The build that it is to run; without it, changes are listed' })
        .option('lists', {
          type: 'string',
          describe: 'Folder of the list files that the package was made with',
          defaultDescription: 'starter lists',
        })
        .option('parts', {
          type: 'string',
          default: 'a',
          describe: 'What the package updates: a (all), or letters of l, m, o',
        })
        .option('profile', { choices: profileNames, default: 'strict' as const, describe: 'Which device to simulate' })
        .option('power-cuts', {
          type: 'string',
          default: 'none',
          describe: 'Power cuts to simulate: all (at every point), a number of points, or none',
        })
        .option('cache-size', { type: 'string', describe: 'Size of /cache, as in 64M' })
        .option('system-size', { type: 'string', describe: 'Size of /system' })
        .option('usrdata-free', { type: 'string', describe: 'Free space in usrdata' })
        .option('companion', companionOption)
        .option('modes', modesOption)
        .option('trace', { type: 'boolean', describe: 'Print every statement as it runs' })
        .option('replay', { type: 'boolean', describe: 'Print what the module would report on its serial line' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples(
            [
              ['$0 verify update.zip --source v1.zip --target v2.zip', 'does it lead to v2?'],
              [
                '$0 verify update.zip --source v1.zip --target v2.zip --power-cuts all',
                'does it, with a power cut at any point?',
              ],
              ['$0 verify update.zip --source v1.zip', 'does it run, and what does it change?'],
            ],
            'Exit code 0 when it is proved, 1 when it is not.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { verifyFiles } = await import('../../usecases/verify/verify-files.js');
        const { manner } = session;
        const verification = await verifyFiles(verifyRequest(argv), session);
        const report = manner.json
          ? verificationJson(verification)
          : verificationText(verification, { replay: argv.replay === true });
        session.out(report.text);
        return report.exitCode;
      }),
  );

function powerCutsOption(text: string): 'all' | 'none' | number {
  if (text === 'all' || text === 'none') return text;
  const points = countOption('power-cuts', text, 1, 999_999_999);
  if (points === undefined) throw new UsageError({ code: 'count', message: 'the value of --power-cuts is not valid' });
  return points;
}

interface VerifyOptions
  extends Omit<
    VerifyFilesRequest,
    'packagePath' | 'parts' | 'powerCuts' | 'cacheSize' | 'systemSize' | 'usrdataFree' | 'systemFree'
  > {
  readonly package: string;
  readonly parts: string;
  readonly powerCuts: string;
  readonly cacheSize?: string | undefined;
  readonly systemSize?: string | undefined;
  readonly usrdataFree?: string | undefined;
}

/** The request of what the options say. */
export function verifyRequest(options: VerifyOptions): VerifyFilesRequest {
  const { source, target, lists, companion, modes, profile, trace } = options;
  return {
    packagePath: options.package,
    source,
    target,
    lists,
    companion,
    parts: partsOption(options.parts),
    modes,
    profile,
    powerCuts: powerCutsOption(options.powerCuts),
    cacheSize: sizeOption('cache-size', options.cacheSize),
    systemSize: sizeOption('system-size', options.systemSize),
    usrdataFree: sizeOption('usrdata-free', options.usrdataFree),
    trace,
  };
}
