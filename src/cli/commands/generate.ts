import { UsageError } from '../../model/errors.js';
import { engineComparisonText } from '../../report/engine-comparison.js';
import { findingsText } from '../../report/findings.js';
import { type GenerationReport, generationDocument, generationTable, generationText } from '../../report/generation.js';
import { planJson } from '../../report/plan.js';
import type { GenerateRequest } from '../../usecases/generate/generate-files.js';
import { writeText } from '../../usecases/write-report.js';
import type { Command } from '../command.js';
import { configurationOptions } from '../configured.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { chosenLists, listsOptions } from '../lists-option.js';
import { grouped, type MakingWords, makingOf, makingOptions } from '../making-options.js';
import { buildsOf, configuredBuilds, type NamedBuilds, namedBuildsOptions } from '../named-builds.js';
import { emphasisOf, isStandardOutput, textOutput } from '../options.js';
import { sourceDate } from '../source-date.js';

/** `dfota generate SOURCE TARGET`. */
export const generateCommand: Command = (program, choose) =>
  program.command(
    'generate [source] [to]',
    'Make the package that updates a module from one build to another, and prove it',
    (options) =>
      grouped(options)
        .usage(
          '$0 generate SOURCE.zip TARGET.zip [options]\n$0 generate --from V1A.zip --from V1B.zip TARGET.zip\n$0 generate --from-archive DIR --source-version V --target TARGET.zip\n\nMake the package that updates a module from one build to another, and prove it',
        )
        .positional('source', {
          type: 'string',
          describe: 'The build that the module runs: targetfiles.zip, or a folder',
        })
        .positional('to', { type: 'string', describe: 'The build that it is to run: targetfiles.zip, or a folder' })
        .option('output', { type: 'string', describe: 'File for the package; a folder for several sources' })
        .options(configurationOptions)
        .options(listsOptions)
        .options(namedBuildsOptions)
        .option('json', { type: 'boolean', describe: 'One JSON document on standard output' })
        .option('plan', {
          type: 'string',
          describe: 'Write what was decided for every path, and why, as JSON; - for standard output',
        })
        .option('no-record', {
          type: 'boolean',
          describe: 'Do not write update.zip.json, which dfota reproduce reads, beside the package',
        })
        .option('provenance', { type: 'string', describe: 'Write an in-toto statement with SLSA provenance' })
        .option('sbom', {
          type: 'string',
          describe: 'Write which packages of opkg and dpkg changed, as CycloneDX 1.6 JSON',
        })
        .option('builder-id', {
          type: 'string',
          describe: 'Who runs it, as a URI for the provenance',
          defaultDescription: 'urn:dfota:local',
        })
        .options(makingOptions)
        .conflicts('cache', 'no-cache')
        .epilogue(
          examples(
            [
              ['$0 generate v1.zip v2.zip', 'everything that changed, as update.zip'],
              ['$0 generate v1.zip v2.zip --parts m --lists lists', 'the modem only, with list files of your own'],
              ['$0 generate --from a.zip --from b.zip v2.zip --output out', 'a package for each of two sources'],
            ],
            'Sizes: 512K, 1G (powers of 1024), 70MB (powers of 1000). Exit code 1 when a finding is an error.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const options = await configuredBuilds(argv, session);
        const request = generateRequest(options, sourceDate(session.environment));
        const { plan } = options;
        if (request.sources.length > 1 && plan !== undefined) throw usage('--plan is for a single source');
        const planOnly = isStandardOutput(plan);
        if (planOnly && session.manner.json) throw usage('standard output holds one document: --plan - or --json');
        const { generateFiles } = await import('../../usecases/generate/generate-files.js');
        const lists = await chosenLists(options, session);
        const made = await generateFiles({ ...request, lists }, session);
        session.endStage();
        const several = made.length > 1;
        const { configuration } = request;
        const reports: readonly GenerationReport[] = made.map((each) => ({ ...each, configuration }));
        const [first] = made;
        if (plan !== undefined && !planOnly && first !== undefined) {
          await writeText(plan, planJson(first.generated.plan));
        }
        for (const { generated } of made) {
          // Notes are counted, and told on demand: what wants a decision must not drown in them.
          const told = generated.findings.filter(
            ({ severity }) => session.manner.verbose || severity !== 'information',
          );
          const text = findingsText(told, emphasisOf(session.logStyle));
          if (text !== '') session.log(text);
        }
        if (planOnly && first !== undefined) {
          session.out(planJson(first.generated.plan));
          session.log(generationText(first));
        } else if (session.manner.json) {
          const documents = reports.map(generationDocument);
          session.out(JSON.stringify(several ? { packages: documents } : documents[0], null, 2));
        } else {
          session.out(reports.map(generationText).join('\n'));
          if (several) session.out(`\n${generationTable(reports)}`);
          for (const { comparison } of made) {
            if (comparison !== undefined) session.out(`\n${engineComparisonText(comparison)}`);
          }
        }
        const errors = made.some(({ generated }) => generated.findings.some(({ severity }) => severity === 'error'));
        return errors ? exitCodes.findings : exitCodes.done;
      }),
  );

function usage(message: string): UsageError {
  return new UsageError({ code: 'builds', message, remedy: 'see dfota generate --help' });
}

/** The words and options of `generate`. */
interface GenerateWords extends NamedBuilds, MakingWords {
  readonly source?: string | undefined;
  readonly to?: string | undefined;
  readonly output?: string | undefined;
  readonly plan?: string | undefined;
  readonly noRecord?: boolean | undefined;
  readonly provenance?: string | undefined;
  readonly sbom?: string | undefined;
  readonly builderId?: string | undefined;
}

/** The request of what the words and options say; `date`: of the run, for the provenance. Throws UsageError. */
export function generateRequest(options: GenerateWords, date?: string | undefined): GenerateRequest {
  const { sources, target } = buildsOf([options.source, options.to], options);
  return {
    ...makingOf(options),
    sources,
    target,
    output: options.output ?? (sources.length > 1 ? '.' : 'update.zip'),
    record: options.noRecord !== true,
    provenance: provenanceOf(options, date),
    sbom: options.sbom === undefined ? undefined : { path: options.sbom, date },
    otherOutputs: isStandardOutput(options.plan) ? [] : textOutput('the plan', options.plan),
  };
}

/** The statement of provenance that is asked for. */
function provenanceOf(
  { provenance, builderId }: GenerateWords,
  date: string | undefined,
): GenerateRequest['provenance'] {
  if (provenance !== undefined) return { path: provenance, builder: builderId, date };
  if (builderId === undefined) return undefined;
  throw usage('--builder-id belongs to --provenance');
}
