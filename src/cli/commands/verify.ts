import { UsageError } from '../../model/errors.js';
import { verificationJson, verificationText } from '../../report/verification.js';
import { profileNames } from '../../usecases/generate/generate-defaults.js';
import type { VerifyFilesRequest } from '../../usecases/verify/verify-files.js';
import type { VerifySignedRequest } from '../../usecases/verify/verify-signed.js';
import type { Command } from '../command.js';
import { configurationOptions, configured } from '../configured.js';
import { examples } from '../examples.js';
import { chosenLists, listsOptions } from '../lists-option.js';
import {
  allowProgramOption,
  companionOption,
  countOption,
  eraseBlock,
  eraseBlockOption,
  memoryOption,
  modesOption,
  partsOption,
  properties,
  propertyOption,
  sizeOption,
} from '../options.js';

/** `dfota verify update.zip --source v1.zip`. */
export const verifyCommand: Command = (program, choose) =>
  program.command(
    'verify [package]',
    'Prove a package on a simulated device, whoever made it',
    (options) =>
      options
        .positional('package', {
          type: 'string',
          describe: 'An update.zip',
          defaultDescription: 'with a configuration, what generate writes',
        })
        .option('source', {
          type: 'string',
          describe: 'The build that runs on the module; needed unless only signatures are checked',
        })
        .option('target', { type: 'string', describe: 'The build that it is to run; without it, changes are listed' })
        .options(configurationOptions)
        .options(listsOptions)
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
        .option('erase-block', eraseBlockOption)
        .option('property', propertyOption)
        .option('allow-program', allowProgramOption)
        .option('memory', memoryOption)
        .option('companion', companionOption)
        .option('modes', modesOption)
        .option('trace', { type: 'boolean', describe: 'Print every statement as it runs' })
        .option('replay', { type: 'boolean', describe: 'Print what the module would report on its serial line' })
        .option('public-key', { type: 'string', describe: 'Check every signature with this key, PEM' })
        .option('certificate', { type: 'string', describe: 'Check every signature with this certificate, PEM' })
        .option('signature', {
          type: 'string',
          describe: 'The detached signature',
          defaultDescription: 'the package with .sig behind its name, where there is such a file',
        })
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
              ['$0 verify update.zip --public-key public.pem', 'is it signed with this key?'],
            ],
            'Exit code 0 when it is proved (without a target: runs as it should), and signed where a key is given; 1 when it is not.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { verifyFiles } = await import('../../usecases/verify/verify-files.js');
        const { verifySigned } = await import('../../usecases/verify/verify-signed.js');
        const { words, generated } = await configured('verify', argv, {}, session);
        const packagePath = words.package ?? generated;
        if (packagePath === undefined) {
          throw new UsageError({
            code: 'usage',
            message: 'say which package: its path, or a configuration that names it',
            remedy: 'see dfota verify --help',
          });
        }
        const asked = { ...words, package: packagePath };
        const signed = signedRequest(asked);
        const { source } = asked;
        if (source === undefined && signed === undefined) {
          throw new UsageError({
            code: 'builds',
            message:
              'give the build that runs on the module (--source), or a key to check signatures with (--public-key, --certificate)',
            remedy: 'see dfota verify --help',
          });
        }
        const signatures = signed === undefined ? undefined : await verifySigned(signed, session);
        const verification =
          source === undefined
            ? undefined
            : await verifyFiles(verifyRequest({ ...asked, source, lists: await chosenLists(asked, session) }), session);
        const report = session.manner.json
          ? verificationJson(verification, signatures)
          : verificationText(verification, { replay: argv.replay === true, signatures });
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

/** The signatures that are to be checked; `undefined` without a key. */
function signedRequest({
  package: packagePath,
  publicKey,
  certificate,
  signature,
}: {
  readonly package: string;
  readonly publicKey?: string | undefined;
  readonly certificate?: string | undefined;
  readonly signature?: string | undefined;
}): VerifySignedRequest | undefined {
  if (publicKey !== undefined || certificate !== undefined) return { packagePath, publicKey, certificate, signature };
  if (signature === undefined) return undefined;
  throw new UsageError({
    code: 'signing-options',
    message: '--signature needs the key to check it with: --public-key or --certificate',
    remedy: 'see dfota verify --help',
  });
}

interface VerifyOptions
  extends Omit<
    VerifyFilesRequest,
    | 'packagePath'
    | 'parts'
    | 'powerCuts'
    | 'cacheSize'
    | 'systemSize'
    | 'usrdataFree'
    | 'systemFree'
    | 'eraseBlock'
    | 'properties'
    | 'allowedPrograms'
    | 'memory'
  > {
  readonly package: string;
  readonly parts: string;
  readonly powerCuts: string;
  readonly cacheSize?: string | undefined;
  readonly systemSize?: string | undefined;
  readonly usrdataFree?: string | undefined;
  readonly eraseBlock?: string | undefined;
  readonly memory?: string | undefined;
  readonly property?: readonly string[] | undefined;
  readonly allowProgram?: readonly string[] | undefined;
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
    eraseBlock: eraseBlock(options.eraseBlock),
    properties: properties(options.property),
    allowedPrograms: options.allowProgram,
    memory: sizeOption('memory', options.memory),
    trace,
  };
}
