import { outcomeJson, outcomeText } from '../../report/fleet/outcome.js';
import { outcomePage } from '../../report/fleet/page.js';
import { fleetFormats, fleetPlanReport } from '../../report/fleet/plan.js';
import type { FleetRequest } from '../../usecases/fleet/plan.js';
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

/** `dfota fleet plan|run`. */
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
            const pairs = wantsPairs
              ? await fleetPatches(plan, fleetRoot(request.file), cacheOf(argv), session)
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
            .option('jobs', {
              type: 'string',
              describe: 'Worker threads',
              defaultDescription: 'one for each processor',
            })
            .option('memory', { type: 'string', describe: 'Memory that the whole run may take, as in 1G' })
            .options(cacheOptions)
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
            const outcome = await runFleet(request, session);
            session.endStage();
            if (request.report !== undefined) await writeText(request.report, outcomePage(outcome));
            const report = session.manner.json ? outcomeJson(outcome) : outcomeText(outcome);
            session.out(report.text);
            return report.exitCode;
          }),
      )
      .epilogue(examples([['$0 fleet plan fleet.yaml', 'what is to be made']]))
      .demandCommand(1, 'say what to do with the fleet: plan or run'),
  );

interface FleetWords {
  readonly file: string;
  readonly only?: string | undefined;
}

/** The request of what the options of `plan` say. */
export function fleetRequest({ file, only }: FleetWords): FleetRequest {
  return { file, only: only?.split(',').map((name) => name.trim()) };
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
