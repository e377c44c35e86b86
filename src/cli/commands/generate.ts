import { UsageError } from '../../model/errors.js';
import { engineComparisonText } from '../../report/engine-comparison.js';
import { findingsText } from '../../report/findings.js';
import { type GenerationReport, generationDocument, generationTable, generationText } from '../../report/generation.js';
import { planJson } from '../../report/plan.js';
import { allowedCodes } from '../../usecases/allow.js';
import { generateDefaults, profileNames } from '../../usecases/generate/generate-defaults.js';
import type { GenerateRequest } from '../../usecases/generate/generate-files.js';
import type { BuildName } from '../../usecases/open-inputs.js';
import { writeText } from '../../usecases/write-report.js';
import { type CacheWords, cacheOf, cacheOptions } from '../cache-option.js';
import type { Command } from '../command.js';
import { type ConfigurationWords, configurationOptions, configured } from '../configured.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { chosenLists, listsOptions } from '../lists-option.js';
import {
  allowOption,
  allowProgramOption,
  companionOption,
  countOption,
  emphasisOf,
  eraseBlock,
  eraseBlockOption,
  isStandardOutput,
  modesOption,
  partsOption,
  properties,
  propertyOption,
  sizeOption,
  textOutput,
} from '../options.js';
import type { Session } from '../session.js';
import { sourceDate } from '../source-date.js';

/** `dfota generate SOURCE TARGET`. */
export const generateCommand: Command = (program, choose) =>
  program.command(
    'generate [source] [to]',
    'Make the package that updates a module from one build to another, and prove it',
    (options) =>
      options
        .usage(
          '$0 generate SOURCE.zip TARGET.zip [options]\n$0 generate --from V1A.zip --from V1B.zip TARGET.zip\n$0 generate --from-archive DIR --source-version V --target TARGET.zip\n\nMake the package that updates a module from one build to another, and prove it',
        )
        .positional('source', {
          type: 'string',
          describe: 'The build that the module runs: targetfiles.zip, or a folder',
        })
        .positional('to', { type: 'string', describe: 'The build that it is to run: targetfiles.zip, or a folder' })
        .option('output', { type: 'string', describe: 'File for the package; a folder for several sources' })
        .option('parts', {
          type: 'string',
          default: 'a',
          describe: 'What to update: a (all), or letters of l (root file system), m (modem), o (kernel)',
        })
        .options(configurationOptions)
        .options(listsOptions)
        .option('from', { type: 'string', array: true, describe: 'A source; give it several times for a package each' })
        .option('from-archive', { type: 'string', describe: 'Archive that holds the source' })
        .option('source-version', {
          type: 'string',
          array: true,
          describe: 'Project revision of the source in the archive; may be given several times',
        })
        .option('target', { type: 'string', describe: 'The target, with --from-archive' })
        .option('jobs', { type: 'string', describe: 'Worker threads', defaultDescription: 'one for each processor' })
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
        .option('builder-id', {
          type: 'string',
          describe: 'Who runs it, as a URI for the provenance',
          defaultDescription: 'urn:dfota:local',
        })
        .option('effort', {
          choices: ['fast', 'normal', 'best'] as const,
          default: generateDefaults.encoding.effort,
          describe: 'How much time to spend on small patches',
        })
        .option('engine', {
          choices: ['dfota', 'bsdiff-node', 'compare'] as const,
          default: 'dfota' as const,
          describe: 'Who makes the patches: dfota, or the package bsdiff-node; compare measures both',
        })
        .option('memory', { type: 'string', describe: 'Memory that the whole run may take, as in 1G' })
        .options(cacheOptions)
        .option('verify', {
          choices: ['full', 'quick', 'off'] as const,
          default: generateDefaults.verify.level,
          describe: 'Proof on the simulated device: with every power cut, with some, or none at all',
        })
        .option('profile', {
          choices: profileNames,
          default: generateDefaults.verify.profile,
          describe: 'Which device to simulate',
        })
        .option('erase-block', eraseBlockOption)
        .option('property', propertyOption)
        .option('allow-program', allowProgramOption)
        .option('boot-update', {
          choices: ['resumable', 'in-place', 'whole'] as const,
          default: generateDefaults.bootUpdate,
          describe: 'How the kernel is written; only resumable and whole survive every power cut',
        })
        .option('script-dialect', {
          choices: ['assert', 'abort'] as const,
          default: generateDefaults.dialect,
          describe: "How the script writes its checks: assert, as in the maker's note, or abort, as newer Android does",
        })
        .option('permissions', {
          choices: ['set_perm', 'set_metadata'] as const,
          describe: 'Functions that set owners and modes',
          defaultDescription: 'use_set_metadata in META/misc_info.txt',
        })
        .option('allow', allowOption)
        .option('companion', companionOption)
        .option('modes', modesOption)
        .option('no-moves', { type: 'boolean', describe: 'Do not patch moved files from their old path' })
        .option('no-copies', {
          type: 'boolean',
          describe: 'Do not copy files that are also elsewhere in the build: send them',
        })
        .option('no-cross-bases', { type: 'boolean', describe: 'Do not patch new files from similar ones' })
        .option('cache-size', { type: 'string', describe: 'Fail when more than this is needed in /cache' })
        .option('system-free', { type: 'string', describe: 'Fail when more than this is needed on /system' })
        .option('usrdata-free', { type: 'string', describe: 'Fail when more than this is needed in usrdata' })
        .option('device-memory', { type: 'string', describe: 'Fail when the updater needs more memory than this' })
        .group(['cache-size', 'system-free', 'usrdata-free', 'device-memory'], 'Limits of the device:')
        .group(
          ['boot-update', 'script-dialect', 'permissions', 'modes', 'no-moves', 'no-copies', 'no-cross-bases'],
          'Contents of the package:',
        )
        .group(['verify', 'profile', 'erase-block', 'property', 'allow-program'], 'Proof:')
        .group(['effort', 'engine', 'jobs', 'memory', 'cache', 'cache-read-only', 'no-cache'], 'Making patches:')
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
        const options = await configuredOptions(argv, session);
        const request = generateRequest(options, sourceDate(session.environment));
        const several = request.sources.length > 1;
        const { plan } = options;
        if (several && plan !== undefined) throw usage('--plan is for a single source');
        const planOnly = isStandardOutput(plan);
        if (planOnly && session.manner.json) throw usage('standard output holds one document: --plan - or --json');
        const { generateFiles } = await import('../../usecases/generate/generate-files.js');
        const lists = await chosenLists(options, session);
        const made = await generateFiles({ ...request, lists }, session);
        session.endStage();
        const reports: readonly GenerationReport[] = made;
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

/** The options that name builds. */
interface NamedBuilds {
  readonly from?: readonly string[] | undefined;
  readonly fromArchive?: string | undefined;
  readonly sourceVersion?: readonly string[] | undefined;
  readonly target?: string | undefined;
}

/** The options that say what the package is like and how it is made. */
interface GenerateWords
  extends NamedBuilds,
    CacheWords,
    Pick<GenerateRequest, 'lists' | 'companion' | 'modes' | 'bootUpdate' | 'permissions'> {
  readonly source?: string | undefined;
  readonly to?: string | undefined;
  readonly output?: string | undefined;
  readonly plan?: string | undefined;
  readonly noRecord?: boolean | undefined;
  readonly provenance?: string | undefined;
  readonly builderId?: string | undefined;
  readonly parts: string;
  readonly allow?: readonly string[] | undefined;
  readonly noMoves?: boolean | undefined;
  readonly noCopies?: boolean | undefined;
  readonly noCrossBases?: boolean | undefined;
  readonly scriptDialect: GenerateRequest['dialect'];
  readonly effort: GenerateRequest['encoding']['effort'];
  readonly engine?: 'dfota' | 'bsdiff-node' | 'compare' | undefined;
  readonly jobs?: string | undefined;
  readonly memory?: string | undefined;
  readonly cacheSize?: string | undefined;
  readonly systemFree?: string | undefined;
  readonly usrdataFree?: string | undefined;
  readonly deviceMemory?: string | undefined;
  readonly eraseBlock?: string | undefined;
  readonly property?: readonly string[] | undefined;
  readonly allowProgram?: readonly string[] | undefined;
  readonly verify: GenerateRequest['verify']['level'];
  readonly profile: GenerateRequest['verify']['profile'];
}

/** The request of what the words and options say; `date`: of the run, for the provenance. Throws UsageError. */
export function generateRequest(options: GenerateWords, date?: string | undefined): GenerateRequest {
  const { lists, companion, modes, bootUpdate, permissions, effort, verify, profile } = options;
  const { sources, target } = buildsOf([options.source, options.to], options);
  return {
    sources,
    target,
    lists,
    companion,
    modes,
    output: options.output ?? (sources.length > 1 ? '.' : 'update.zip'),
    parts: partsOption(options.parts),
    bootUpdate,
    levers: {
      ...generateDefaults.levers,
      moves: options.noMoves !== true,
      copies: options.noCopies !== true,
      crossBases: options.noCrossBases !== true,
    },
    chmod: generateDefaults.chmod,
    dialect: options.scriptDialect,
    permissions,
    encoding: {
      effort,
      engine: options.engine === 'bsdiff-node' ? 'bsdiff-node' : undefined,
      jobs: countOption('jobs', options.jobs, 1, 256),
      memory: sizeOption('memory', options.memory),
      ...cacheOf(options),
    },
    limits: {
      cacheSize: sizeOption('cache-size', options.cacheSize),
      systemFree: sizeOption('system-free', options.systemFree),
      usrdataFree: sizeOption('usrdata-free', options.usrdataFree),
      deviceMemory: sizeOption('device-memory', options.deviceMemory),
    },
    verify: {
      level: verify,
      profile,
      eraseBlock: eraseBlock(options.eraseBlock),
      properties: properties(options.property),
      allowedPrograms: options.allowProgram,
    },
    allow: allowedCodes(options.allow),
    compareEngines: options.engine === 'compare',
    record: options.noRecord !== true,
    provenance: provenanceOf(options, date),
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

/**
 * The options with what the configuration says. Where it says anything, words and options are sorted by what they name,
 * since a word alone may be the target of `--from`.
 */
async function configuredOptions<Words extends NamedBuilds & ConfigurationWords>(
  options: Words & { readonly source?: string | undefined; readonly to?: string | undefined },
  session: Session,
): Promise<Words & { readonly source?: string | undefined; readonly to?: string | undefined }> {
  const { source: first, to: second, from, fromArchive } = options;
  if (fromArchive !== undefined && first !== undefined) throw usage(archiveWords);
  if (from !== undefined && second !== undefined) throw usage(fromWords);
  const named = from === undefined ? { source: first, target: second ?? options.target } : { target: first };
  const { words, configured: isConfigured } = await configured('generate', options, named, session);
  if (!isConfigured) return options;
  if (first !== undefined && second === undefined && from === undefined && options.target === undefined) {
    throw usage('give the source build and the target build, or neither, so that the configuration says both');
  }
  const target = words.target;
  if (words.fromArchive !== undefined) return { ...words, source: undefined, to: undefined, target };
  if (words.from !== undefined) return { ...words, source: target, to: undefined, target: undefined };
  return { ...words, to: target, target: undefined };
}

const archiveWords = 'with --from-archive give the target build alone, as --target';
const fromWords = 'with --from give the target build alone';

/** Sources and target out of the words and the options; with --from the only word is the target. */
function buildsOf(
  [first, second]: readonly [string | undefined, string | undefined],
  { from, fromArchive, sourceVersion, target }: NamedBuilds,
): { sources: readonly BuildName[]; target: string } {
  if (fromArchive !== undefined) {
    if (sourceVersion === undefined) throw usage('--from-archive needs --source-version');
    if (target === undefined || first !== undefined || from !== undefined) {
      throw usage(archiveWords);
    }
    return { sources: sourceVersion.map((version) => ({ archive: fromArchive, version })), target };
  }
  if (sourceVersion !== undefined || target !== undefined) {
    throw usage('--source-version and --target belong to --from-archive');
  }
  if (from !== undefined) {
    if (first === undefined || second !== undefined) throw usage(fromWords);
    return { sources: from, target: first };
  }
  if (first === undefined || second === undefined) throw usage('give the source build and the target build');
  return { sources: [first], target: second };
}
