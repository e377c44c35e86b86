import {
  quecpythonBackupJson,
  quecpythonBackupText,
  quecpythonUpdateJson,
  quecpythonUpdateText,
} from '../../report/quecpython.js';
import type { QuecpythonBackupRequest } from '../../usecases/quecpython/backup.js';
import type { QuecpythonUpdateRequest } from '../../usecases/quecpython/update.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { sizeOption } from '../options.js';

const json = { type: 'boolean', describe: 'Print one JSON document' } as const;
const output = { type: 'string', demandOption: true, describe: 'A folder that does not exist yet' } as const;

/** `dfota quecpython update|backup`. */
export const quecpythonCommand: Command = (program, choose) =>
  program.command('quecpython', "Update and back up the user's files of QuecPython programs", (commands) =>
    commands
      .command(
        'update <old> <new>',
        "Make what the device's own updater takes from one tree of files to another",
        (options) =>
          options
            .positional('old', { type: 'string', demandOption: true, describe: 'What is in /usr on the device' })
            .positional('new', { type: 'string', demandOption: true, describe: 'What is to be there' })
            .option('output', output)
            .option('base-url', { type: 'string', describe: 'Where the content of .updater/ will be served' })
            .option('json', json)
            .epilogue(
              examples([
                [
                  '$0 quecpython update v1 v2 --base-url https://example.com/v2/ --output update',
                  'files to fetch, the list of check sums last',
                ],
              ]),
            ),
        (argv) =>
          choose(async ({ manner, out, onProgress, signal }) => {
            const { quecpythonUpdate } = await import('../../usecases/quecpython/update.js');
            const update = await quecpythonUpdate(quecpythonUpdateRequest(argv), { onProgress, signal });
            const report = manner.json ? quecpythonUpdateJson(update) : quecpythonUpdateText(update);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'backup <tree>',
        'Make the image of the backup and the list that the device restores by',
        (options) =>
          options
            .positional('tree', { type: 'string', demandOption: true, describe: 'What is in /usr from the factory on' })
            .option('output', output)
            .option('size', {
              type: 'string',
              describe: 'Bytes of the partition customer_backup_fs',
              defaultDescription: '200K',
            })
            .option('digest', {
              choices: ['crc32', 'sha256'] as const,
              default: 'crc32' as const,
              describe: 'sha256 for old firmware',
            })
            .option('writable', {
              type: 'string',
              array: true,
              describe: 'A file that the program writes; may be given several times',
            })
            .option('json', json)
            .epilogue(
              examples([
                ['$0 quecpython backup factory --output backup', 'image, checksum.json and backup_restore.json'],
              ]),
            ),
        (argv) =>
          choose(async ({ manner, out, onProgress, signal }) => {
            const { quecpythonBackup } = await import('../../usecases/quecpython/backup.js');
            const backup = await quecpythonBackup(quecpythonBackupRequest(argv), { onProgress, signal });
            const report = manner.json ? quecpythonBackupJson(backup) : quecpythonBackupText(backup);
            out(report.text);
            return report.exitCode;
          }),
      )
      .demandCommand(1, 'say what to do: update or backup')
      .epilogue(examples([['$0 quecpython update v1 v2 --output update', 'what the device fetches and removes']])),
  );

/** The request of what the words of `update` say. */
export function quecpythonUpdateRequest(words: {
  readonly old: string;
  readonly new: string;
  readonly output: string;
  readonly baseUrl?: string | undefined;
}): QuecpythonUpdateRequest {
  return { old: words.old, next: words.new, output: words.output, baseUrl: words.baseUrl };
}

/** The request of what the words of `backup` say. Throws UsageError. */
export function quecpythonBackupRequest(words: {
  readonly tree: string;
  readonly output: string;
  readonly size?: string | undefined;
  readonly digest: 'crc32' | 'sha256';
  readonly writable?: readonly string[] | undefined;
}): QuecpythonBackupRequest {
  const { tree, output: folder, size, digest, writable } = words;
  return { tree, output: folder, size: sizeOption('size', size), digest, writable };
}
