import { checkJson, checkText, isClean } from '../../report/check.js';
import { allowedCodes } from '../../usecases/allow.js';
import type { CheckRequest } from '../../usecases/check.js';
import { bothBuilds } from '../both-builds.js';
import type { Command } from '../command.js';
import { configurationOptions, configured } from '../configured.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { chosenLists, listsOptions } from '../lists-option.js';
import { allowOption, companionOption, emphasisOf, modesOption, partsOption } from '../options.js';

/** `dfota check SOURCE TARGET`. */
export const checkCommand: Command = (program, choose) =>
  program.command(
    'check [source] [target]',
    'Show what would go wrong with an update from one build to the other, before it is made',
    (options) =>
      options
        .positional('source', {
          type: 'string',
          describe: 'The build that the module runs: targetfiles.zip, or a folder',
        })
        .positional('target', {
          type: 'string',
          describe: 'The build that it is to run: targetfiles.zip, or a folder',
        })
        .options(configurationOptions)
        .options(listsOptions)
        .option('parts', {
          type: 'string',
          default: 'a',
          describe: 'What to update: a (all), or letters of l (root file system), m (modem), o (kernel)',
        })
        .option('device-files', {
          type: 'string',
          describe: "Folder with a copy of a module's /system, or the hashes of its files",
        })
        .option('package', { type: 'string', describe: 'A finished update.zip, checked as well' })
        .option('allow', allowOption)
        .option('companion', companionOption)
        .option('modes', modesOption)
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples(
            [
              ['$0 check v1.zip v2.zip', 'all findings about the two builds and the starter lists'],
              ['$0 check v1.zip v2.zip --device-files system.sha1', 'names the files that would end in error 510'],
            ],
            'To list the files of a module without what its overlays lay over /etc and\n' +
              '/data, run on the module\n' +
              '  mkdir /tmp/s; mount --bind / /tmp/s; cd /tmp/s\n' +
              '  find . -xdev -type f -exec sha1sum {} + >/tmp/l; cd /\n' +
              '  find ./firmware -type f -exec sha1sum {} + >>/tmp/l; umount /tmp/s\n' +
              'and copy /tmp/l. Exit code 1 when there are errors or warnings.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { check } = await import('../../usecases/check.js');
        const { words } = await configured('check', argv, {}, session);
        const builds = bothBuilds(words, 'check');
        const lists = await chosenLists(words, session);
        const checked = await check(checkRequest({ ...words, ...builds, lists }), session);
        session.out(session.manner.json ? checkJson(checked) : checkText(checked, emphasisOf(session.style)));
        return isClean(checked.findings) ? exitCodes.done : exitCodes.findings;
      }),
  );

interface CheckOptions extends Omit<CheckRequest, 'parts' | 'packagePath' | 'allow'> {
  readonly allow?: readonly string[] | undefined;
  readonly parts: string;
  readonly package?: string | undefined;
}

/** The request of what the options say. */
export function checkRequest(options: CheckOptions): CheckRequest {
  const { source, target, lists, companion, modes, deviceFiles } = options;
  const parts = partsOption(options.parts);
  return {
    source,
    target,
    lists,
    companion,
    modes,
    parts,
    deviceFiles,
    packagePath: options.package,
    allow: allowedCodes(options.allow),
  };
}
