import { UsageError } from '../../model/errors.js';
import { outcomeJson, outcomeText } from '../../report/fleet/outcome.js';
import { outcomePage } from '../../report/fleet/page.js';
import { fleetFormats, fleetPlanReport } from '../../report/fleet/plan.js';
import { queueStatusJson, queueStatusText } from '../../report/fleet/status.js';
import type { FleetRequest } from '../../usecases/fleet/plan.js';
import type { FleetWorkerRequest, QueueRequest } from '../../usecases/fleet/queue.js';
import type { FleetRunRequest } from '../../usecases/fleet/run.js';
import { writeText } from '../../usecases/write-report.js';
import { type CacheWords, cacheOf, cacheOptions } from '../cache-option.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { countOption, sizeOption } from '../options.js';

const file = { type: 'string', demandOption: true, describe: 'The file of the fleet: fleet.yaml' } as const;

const only = {
  type: 'string',
  describe: 'Only these packages or products: names of the plan, with commas between them',
} as const;

const withRollback = {
  type: 'boolean',
  describe: 'Also the packages that lead back, each made and proved',
} as const;

const queue = {
  type: 'string',
  demandOption: true,
  describe: 'redis://HOST:PORT or rediss://HOST:PORT; a password is taken from DFOTA_QUEUE_PASSWORD',
} as const;

const queueName = {
  type: 'string',
  default: 'dfota-fleet',
  describe: 'Name of the queue, where several share a server',
} as const;

/** `dfota fleet plan|run|worker|status`. */
export const fleetCommand: Command = (program, choose) =>
  program.command('fleet', 'Packages from every version in the field to every version that leaves', (commands) =>
    commands
      .command(
        'plan <file>',
        'Show which packages are to be made, and who is left without a way',
        (options) =>
          options
            .positional('file', file)
            .option('format', {
              choices: fleetFormats,
              defaultDescription: 'table',
              describe: 'Form of the plan; the last three run in CI or make',
            })
            .option('json', { type: 'boolean', describe: 'The same as --format json' })
            .option('only', only)
            .option('with-rollback', withRollback)
            .option('patches', { type: 'boolean', describe: 'Plan every pair, and name the patches, each once' })
            .option('estimate', { type: 'boolean', describe: 'Plan every pair, and tell what devices will download' })
            .options(cacheOptions)
            .conflicts('cache', 'no-cache')
            .conflicts('json', 'format')
            .epilogue(
              examples([
                ['$0 fleet plan fleet.yaml --estimate', 'what is to be made, and what it will weigh'],
                ['$0 fleet plan fleet.yaml --format github', 'a matrix for fromJSON'],
                ['$0 fleet plan fleet.yaml --format make', 'a Makefile, for make -j4 -f'],
              ]),
            ),
        (argv) =>
          choose(async (session) => {
            const { openFleet, fleetRoot } = await import('../../usecases/fleet/plan.js');
            const request = fleetRequest(argv);
            const plan = await openFleet(request, session);
            const format = session.manner.json ? 'json' : (argv.format ?? 'table');
            const wantsPairs = argv.patches === true || argv.estimate === true;
            const { fleetPatches } = await import('../../usecases/fleet/patches.js');
            const { fleetCache } = await import('../../usecases/fleet/cache.js');
            const pairs = wantsPairs
              ? await fleetPatches(plan, fleetRoot(request.file), await fleetCache(request.file, cacheOf(argv)), {
                  ...session,
                  estimate: argv.estimate,
                })
              : undefined;
            session.endStage();
            const estimates = argv.estimate === true ? pairs?.estimates : undefined;
            session.out(fleetPlanReport({ plan, patches: pairs?.patches, estimates }, format));
            return plan.findings.some(({ severity }) => severity === 'error') ? exitCodes.findings : exitCodes.done;
          }),
      )
      .command(
        'run <file>',
        'Make and prove the packages that are not there yet',
        (options) =>
          options
            .positional('file', file)
            .option('only', only)
            .option('with-rollback', withRollback)
            .option('jobs', {
              type: 'string',
              describe: 'Worker threads',
              defaultDescription: 'one for each processor',
            })
            .option('memory', { type: 'string', describe: 'Memory that the whole run may take, as in 1G' })
            .options(cacheOptions)
            .option('queue', {
              type: 'string',
              describe: 'Let workers make the packages: redis://HOST:PORT (password in DFOTA_QUEUE_PASSWORD)',
            })
            .option('queue-name', queueName)
            .option('report', {
              type: 'string',
              describe: 'Page of HTML with packages, sizes, budgets, proofs, and who is left without a way',
              defaultDescription: 'the name of the file with .html; none with --only',
            })
            .option('json', { type: 'boolean', describe: 'Print one JSON document' })
            .conflicts('cache', 'no-cache')
            .epilogue(
              examples(
                [
                  ['$0 fleet run fleet.yaml', 'everything, on this machine'],
                  ['$0 fleet run fleet.yaml --only gateway', 'one product'],
                ],
                'What was made before is not made again. Exit code 1 when a package is missing or larger than its budget.',
              ),
            ),
        (argv) =>
          choose(async (session) => {
            const { runFleet } = await import('../../usecases/fleet/run.js');
            const request = fleetRunRequest(argv);
            const byQueue = queueOf(argv);
            const outcome =
              byQueue === undefined
                ? await runFleet(request, session)
                : await (await import('../../usecases/fleet/queue.js')).runFleetByQueue(
                    { ...request, ...byQueue },
                    session,
                  );
            session.endStage();
            if (request.report !== undefined) await writeText(request.report, outcomePage(outcome));
            const report = session.manner.json ? outcomeJson(outcome) : outcomeText(outcome);
            session.out(report.text);
            return report.exitCode;
          }),
      )
      .command(
        'worker',
        'Take part in making the packages of a queue',
        (options) =>
          options
            .option('queue', queue)
            .option('queue-name', queueName)
            .option('root', {
              type: 'string',
              default: '.',
              describe:
                'Folder of fleet.yaml as this machine sees it, or its http(s) address (token in DFOTA_ARCHIVE_TOKEN)',
            })
            .option('output', {
              type: 'string',
              describe: 'Folder below which packages are written',
              defaultDescription: 'the root; the shared cache where that is an address',
            })
            .option('archive-cache', {
              type: 'string',
              describe: 'Folder that keeps what came of archives by HTTP',
              defaultDescription: "a folder of the user's cache",
            })
            .option('archive-cache-size', { type: 'string', describe: 'Most bytes of it', defaultDescription: '8G' })
            .option('concurrency', { type: 'string', default: '1', describe: 'Packages at once' })
            .option('jobs', {
              type: 'string',
              describe: 'Worker threads for each',
              defaultDescription: 'one for each processor',
            })
            .option('memory', { type: 'string', describe: 'Memory that each package may take, as in 1G' })
            .options(cacheOptions)
            .conflicts('cache', 'no-cache')
            .epilogue(
              examples(
                [
                  ['$0 fleet worker --queue redis://build1 --root /mnt/fleet', 'a machine that shares the folder'],
                  [
                    '$0 fleet worker --queue redis://build1 --root https://build1/fleet --cache https://…',
                    'one that does not',
                  ],
                ],
                'A line for each job goes to standard error. Ctrl-C ends it; what it has begun is put back.',
              ),
            ),
        (argv) =>
          choose(async ({ log, signal }) => {
            const { fleetWorker } = await import('../../usecases/fleet/queue.js');
            await fleetWorker(fleetWorkerRequest(argv), { signal, onLine: log });
            signal.throwIfAborted();
            return exitCodes.done;
          }),
      )
      .command(
        'status',
        'Show what is in a queue, and what has failed',
        (options) =>
          options
            .option('queue', queue)
            .option('queue-name', queueName)
            .option('json', { type: 'boolean', describe: 'Print one JSON document' })
            .epilogue(
              examples(
                [['$0 fleet status --queue redis://build1', 'how far is it?']],
                'Exit code 1 when a job has failed.',
              ),
            ),
        (argv) =>
          choose(async ({ manner, out }) => {
            const { fleetStatus } = await import('../../usecases/fleet/queue.js');
            const status = await fleetStatus(queueRequest(argv));
            const report = manner.json ? queueStatusJson(status) : queueStatusText(status);
            out(report.text);
            return report.exitCode;
          }),
      )
      .epilogue(examples([['$0 fleet plan fleet.yaml', 'what is to be made']]))
      .demandCommand(1, 'say what to do with the fleet: plan, run, worker or status'),
  );

interface FleetWords {
  readonly file: string;
  readonly only?: string | undefined;
  readonly withRollback?: boolean | undefined;
}

/** The request of what the options of `plan` say. */
export function fleetRequest({ file, only, withRollback }: FleetWords): FleetRequest {
  return { file, withRollback, only: only?.split(',').map((name) => name.trim()) };
}

interface FleetRunWords extends FleetWords, CacheWords {
  readonly jobs?: string | undefined;
  readonly memory?: string | undefined;
  readonly report?: string | undefined;
}

/** The request of what the options of `run` say. Throws UsageError. */
export function fleetRunRequest(words: FleetRunWords): FleetRunRequest {
  return {
    ...fleetRequest(words),
    report:
      words.report ?? (words.only === undefined ? words.file.replace(/(?:\.ya?ml|\.json)?$/i, '.html') : undefined),
    encoding: {
      jobs: countOption('jobs', words.jobs, 1, 256),
      memory: sizeOption('memory', words.memory),
      ...cacheOf(words),
    },
  };
}

interface QueueWords {
  readonly queue: string;
  readonly queueName: string;
}

/** The queue that the options name. Throws UsageError for a name that is none. */
export function queueRequest({ queue, queueName }: QueueWords): QueueRequest {
  if (/^[\w.-]{1,100}$/.test(queueName)) return { queue, queueName };
  throw new UsageError({
    code: 'usage',
    message: 'the value of --queue-name is not valid',
    found: queueName,
    expected: 'letters, digits, dots, dashes',
  });
}

/** The queue of a run, where one is named: workers make the patches then. Throws UsageError. */
function queueOf({
  queue,
  queueName,
  ...words
}: FleetRunWords & { readonly queue?: string | undefined; readonly queueName: string }): QueueRequest | undefined {
  if (queue === undefined) return undefined;
  const theirs = ['jobs', 'memory'].filter((name) => Reflect.get(words, name) !== undefined);
  if (theirs.length === 0) return queueRequest({ queue, queueName });
  throw new UsageError({
    code: 'usage',
    message: `with --queue it is the workers that make packages: --${theirs[0]} is an option of dfota fleet worker`,
    remedy: 'leave it out here',
  });
}

interface FleetWorkerWords extends QueueWords, CacheWords {
  readonly root: string;
  readonly output?: string | undefined;
  readonly archiveCache?: string | undefined;
  readonly archiveCacheSize?: string | undefined;
  readonly concurrency: string;
  readonly jobs?: string | undefined;
  readonly memory?: string | undefined;
}

/** The request of what the options of `worker` say. Throws UsageError. */
export function fleetWorkerRequest(words: FleetWorkerWords): FleetWorkerRequest {
  return {
    ...queueRequest(words),
    root: words.root,
    outputs: words.output,
    copies: { folder: words.archiveCache, maxBytes: sizeOption('archive-cache-size', words.archiveCacheSize) },
    concurrency: countOption('concurrency', words.concurrency, 1, 64) ?? 1,
    encoding: {
      jobs: countOption('jobs', words.jobs, 1, 256),
      memory: sizeOption('memory', words.memory),
      ...cacheOf(words),
    },
  };
}
