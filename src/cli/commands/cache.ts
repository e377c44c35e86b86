import {
  cacheCheckJson,
  cacheCheckText,
  cacheListingJson,
  cacheListingText,
  cachePruningJson,
  cachePruningText,
} from '../../report/cache.js';
import type { CachePruneRequest, CacheRequest, CacheServeRequest } from '../../usecases/cache/cache.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { countOption, sizeOption } from '../options.js';

const folder = {
  type: 'string',
  describe: 'Folder of the cache',
  defaultDescription: "the user's cache",
} as const;

const asJson = { type: 'boolean', describe: 'Print one JSON document' } as const;

const maxSize = { type: 'string', describe: 'Bytes that may stay, as in 500M', defaultDescription: '2G' } as const;

/** `dfota cache ls|prune|verify|serve`. */
export const cacheCommand: Command = (program, choose) =>
  program.command('cache', 'Look after the cache of patches, and share it with other machines', (commands) =>
    commands
      .command(
        'ls [folder]',
        'List what is in a cache',
        (options) =>
          options
            .positional('folder', folder)
            .option('json', asJson)
            .epilogue(examples([['$0 cache ls', "how much the user's cache takes, and what was used last"]])),
        (argv) =>
          choose(async ({ manner, out }) => {
            const { cacheList } = await import('../../usecases/cache/cache.js');
            const listing = await cacheList(cacheRequest(argv));
            const report = manner.json ? cacheListingJson(listing) : cacheListingText(listing);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'prune [folder]',
        'Remove what was not used for longest',
        (options) =>
          options
            .positional('folder', folder)
            .option('max-size', maxSize)
            .option('unused-days', { type: 'string', describe: 'Remove what was not used for as many days' })
            .option('json', asJson)
            .epilogue(
              examples([
                ['$0 cache prune --unused-days 30', 'what nobody wanted for a month'],
                ['$0 cache prune /srv/patches --max-size 20G', 'a larger one, kept to its size'],
              ]),
            ),
        (argv) =>
          choose(async ({ manner, out }) => {
            const { cachePrune } = await import('../../usecases/cache/cache.js');
            const pruning = await cachePrune(cachePruneRequest(argv));
            const report = manner.json ? cachePruningJson(pruning) : cachePruningText(pruning);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'verify [folder]',
        'Check that every entry of a cache is whole',
        (options) =>
          options
            .positional('folder', folder)
            .option('json', asJson)
            .epilogue(
              examples([['$0 cache verify', 'is the disk still good?']], 'Exit code 1 when an entry is damaged.'),
            ),
        (argv) =>
          choose(async ({ manner, out, onProgress, signal }) => {
            const { cacheVerify } = await import('../../usecases/cache/cache.js');
            const check = await cacheVerify(cacheRequest(argv), { onProgress, signal });
            const report = manner.json ? cacheCheckJson(check) : cacheCheckText(check);
            out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'serve [folder]',
        'Serve a cache to other machines: dfota generate --cache http://HOST:PORT',
        (options) =>
          options
            .positional('folder', folder)
            .option('listen', {
              type: 'string',
              default: 'tcp://127.0.0.1:0',
              describe: 'Address to listen on; port 0 is a free one',
            })
            .option('max-size', maxSize)
            .option('json', { type: 'boolean', describe: 'Print JSON (the first line always is)' })
            .epilogue(
              examples(
                [['$0 cache serve /srv/patches --listen tcp://0.0.0.0:8080', 'to every network of this machine']],
                'The first line on standard output is {"serving":"http://HOST:PORT"}; a line for each request goes to\n' +
                  'standard error. With DFOTA_CACHE_TOKEN set, whoever asks must give that token. Ctrl-C ends it.',
              ),
            ),
        (argv) =>
          choose(async ({ out, log, signal }) => {
            const { cacheServe } = await import('../../usecases/cache/cache.js');
            await cacheServe(cacheServeRequest(argv), {
              signal,
              onServing: (serving, withToken) => {
                out(`${JSON.stringify({ serving })}\n`);
                if (!withToken)
                  log('no token is asked for (DFOTA_CACHE_TOKEN is not set): whoever reaches it may write');
              },
              onRequest: log,
            });
            signal.throwIfAborted();
            return exitCodes.done;
          }),
      )
      .epilogue(
        examples([
          ['$0 cache ls', 'what is there'],
          ['$0 cache serve', 'share it'],
        ]),
      )
      .demandCommand(1, 'say what to do with the cache: ls, prune, verify or serve'),
  );

interface CacheWords {
  readonly folder?: string | undefined;
  readonly maxSize?: string | undefined;
  readonly unusedDays?: string | undefined;
}

/** The request of what the options of `ls` and `verify` say. */
export function cacheRequest({ folder: cache }: CacheWords): CacheRequest {
  return { cache };
}

/** The request of what the options of `prune` say. Throws UsageError. */
export function cachePruneRequest(words: CacheWords): CachePruneRequest {
  return {
    cache: words.folder,
    maxSize: sizeOption('max-size', words.maxSize),
    unusedDays: countOption('unused-days', words.unusedDays, 0, 36500),
  };
}

/** The request of what the options of `serve` say. Throws UsageError. */
export function cacheServeRequest(words: CacheWords & { readonly listen: string }): CacheServeRequest {
  return { cache: words.folder, listen: words.listen, maxSize: sizeOption('max-size', words.maxSize) };
}
