import type { ArchiveAddition } from '../../model/archive.js';
import type { Fault } from '../../model/errors.js';
import {
  additionJson,
  additionsJson,
  additionText,
  archiveCheckJson,
  archiveCheckText,
  archiveFetchJson,
  archiveFetchText,
  archiveListingJson,
  archiveListingText,
} from '../../report/archive.js';
import type { ArchiveAddRequest } from '../../usecases/archive/add.js';
import type { ArchiveRequest } from '../../usecases/archive/check.js';
import type { ArchiveGetRequest } from '../../usecases/archive/get.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { showFailure, toFailure } from '../failure.js';

const folder = { type: 'string', demandOption: true, describe: 'Folder of the archive' } as const;

/** `dfota archive add|get|list|verify`. */
export const archiveCommand: Command = (program, choose) =>
  program.command('archive', 'Keep builds by version, so that any later update finds its source', (commands) =>
    commands
      .command(
        'add <build> [more..]',
        'Add builds to an archive, which is made when its folder is missing or empty',
        (options) =>
          options
            .positional('build', {
              type: 'string',
              demandOption: true,
              describe: 'A targetfiles.zip, folder or images, or a pattern of them',
            })
            .positional('more', { type: 'string', array: true, describe: 'More builds' })
            .option('to', folder)
            .option('json', { type: 'boolean', describe: 'Print one JSON document' })
            .epilogue(
              examples([
                ['$0 archive add v2.zip --to releases', 'again: writes only what is missing or damaged of it'],
                ["$0 archive add 'out/*/targetfiles.zip' --to releases", 'every build that matches, oldest first'],
              ]),
            ),
        (argv) =>
          choose(async ({ manner, out, log, logStyle, onProgress, signal }) => {
            const { archiveAdd } = await import('../../usecases/archive/add.js');
            const { allBuilds } = await import('../../usecases/name-builds.js');
            const builds = await allBuilds([argv.build, ...(argv.more ?? [])]);
            const additions: ArchiveAddition[] = [];
            const failures: { readonly build: string; readonly faults: readonly Fault[] }[] = [];
            for (const build of builds) {
              try {
                additions.push(await archiveAdd(archiveAddRequest({ build, to: argv.to }), { onProgress, signal }));
              } catch (error) {
                // Of several builds one that is refused does not keep the others out.
                const failure = toFailure(error, signal);
                if (builds.length === 1 || failure.kind !== 'input') throw error;
                failures.push({ build, faults: failure.faults });
                log(showFailure(failure, logStyle, false));
              }
            }
            const texts = additions.map((each) => (manner.json ? additionJson(each) : additionText(each)).text);
            // One document on standard output, whatever the number of builds.
            if (!manner.json) out(texts.join(''));
            else if (builds.length === 1) out(texts.join(''));
            else out(additionsJson(additions, failures));
            return failures.length > 0 ? exitCodes.input : exitCodes.done;
          }),
      )
      .command(
        'list <archive>',
        'List the builds of an archive',
        (options) =>
          options
            .positional('archive', folder)
            .option('json', { type: 'boolean', describe: 'Print one JSON document' })
            .epilogue(examples([['$0 archive list releases', 'versions, package times, sizes']])),
        (argv) =>
          choose(async ({ manner, out }) => {
            const { archiveList } = await import('../../usecases/archive/check.js');
            const listing = await archiveList(archiveRequest(argv));
            const report = manner.json ? archiveListingJson(listing) : archiveListingText(listing);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'get <revision>',
        'Write a build of an archive as a targetfiles.zip',
        (options) =>
          options
            .positional('revision', {
              type: 'string',
              demandOption: true,
              describe: 'Project revision, an unambiguous beginning of it or of the digest, or latest',
            })
            .option('from', folder)
            .option('output', { type: 'string', default: 'targetfiles.zip', describe: 'The zip to write' })
            .option('json', { type: 'boolean', describe: 'Print one JSON document' })
            .epilogue(
              examples([
                [
                  '$0 archive get RG520NNADAR01A01M4G_OCPU_01.001 --from releases --output v1.zip',
                  'as it was released',
                ],
              ]),
            ),
        (argv) =>
          choose(async ({ manner, out, onProgress, signal }) => {
            const { archiveGet } = await import('../../usecases/archive/get.js');
            const fetched = await archiveGet(archiveGetRequest(argv), { onProgress, signal });
            const report = manner.json ? archiveFetchJson(fetched) : archiveFetchText(fetched);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'verify <archive>',
        'Check everything in an archive, and show what is damaged, missing or needed by no build',
        (options) =>
          options
            .positional('archive', folder)
            .option('json', { type: 'boolean', describe: 'Print one JSON document' })
            .epilogue(examples([['$0 archive verify releases', 'is everything still whole?']])),
        (argv) =>
          choose(async ({ manner, out, onProgress, signal }) => {
            const { archiveVerify } = await import('../../usecases/archive/check.js');
            const check = await archiveVerify(archiveRequest(argv), { onProgress, signal });
            const report = manner.json ? archiveCheckJson(check) : archiveCheckText(check);
            out(report.text);
            return report.exitCode;
          }),
      )
      .epilogue(examples([['$0 archive add v2.zip --to releases', 'keep what was released']]))
      .demandCommand(1, 'say what to do with the archive: add, get, list or verify'),
  );

/** The request of what the options of `add` say. */
export function archiveAddRequest({ build, to }: { readonly build: string; readonly to: string }): ArchiveAddRequest {
  return { build, archive: to };
}

/** The request of what the options of `get` say. */
export function archiveGetRequest(given: {
  readonly revision: string;
  readonly from: string;
  readonly output: string;
}): ArchiveGetRequest {
  return { archive: given.from, version: given.revision, output: given.output };
}

/** The request of what the options of `list` and `verify` say. */
export function archiveRequest({ archive }: ArchiveRequest): ArchiveRequest {
  return { archive };
}
