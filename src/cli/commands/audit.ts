import type { Change } from '../../model/decision.js';
import { UsageError } from '../../model/errors.js';
import { fromText } from '../../model/path.js';
import { filterAudit } from '../../report/audit/filter.js';
import { auditFormats, auditReport, formatOfName } from '../../report/audit/formats.js';
import { changeOrder } from '../../report/audit/words.js';
import type { AuditRequest } from '../../usecases/audit/audit-files.js';
import { generateDefaults } from '../../usecases/generate/generate-defaults.js';
import { writeText } from '../../usecases/write-report.js';
import { bothBuilds } from '../both-builds.js';
import { type CacheWords, cacheOf, cacheOptions } from '../cache-option.js';
import type { Command } from '../command.js';
import { configurationOptions, configured } from '../configured.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { chosenLists, listsOptions } from '../lists-option.js';
import {
  companionOption,
  countOption,
  isStandardOutput,
  memoryOption,
  modesOption,
  partsOption,
  sizeOption,
  textOutput,
} from '../options.js';

/** `dfota audit SOURCE TARGET`. */
export const auditCommand: Command = (program, choose) =>
  program.command(
    'audit [source] [target]',
    'Show what changed between two builds, and why the package is as big as it is',
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
        .option('format', {
          choices: auditFormats,
          describe: 'Form of the report',
          defaultDescription: "text, or what --output's name says",
        })
        .option('json', { type: 'boolean', describe: 'The same as --format json' })
        .option('output', {
          type: 'string',
          describe: 'File to write; - for standard output',
          defaultDescription: 'standard output',
        })
        .options(configurationOptions)
        .options(listsOptions)
        .option('parts', {
          type: 'string',
          default: 'a',
          describe: 'What to update: a (all), or letters of l (root file system), m (modem), o (kernel)',
        })
        .option('exact', { type: 'boolean', describe: 'Make every patch, so that sizes are those of the package' })
        .option('package', {
          type: 'string',
          describe: 'A finished update.zip, made by any tool, to audit in place of the plan',
        })
        .option('policy', { type: 'string', describe: 'policy.yaml: budgets, paths, set-uid files, waivers' })
        .option('today', {
          type: 'string',
          describe: 'Day on which waivers must still hold',
          defaultDescription: 'today, UTC',
        })
        .option('only', { type: 'string', array: true, describe: `Paths with this change: ${changeOrder.join(', ')}` })
        .option('under', { type: 'string', array: true, describe: 'Paths below this folder, as in SYSTEM/etc' })
        .option('jobs', {
          type: 'string',
          describe: 'Worker threads for --exact',
          defaultDescription: 'one for each processor',
        })
        .option('memory', memoryOption)
        .options(cacheOptions)
        .conflicts('cache', 'no-cache')
        .option('companion', companionOption)
        .option('modes', modesOption)
        .conflicts('exact', 'package')
        .conflicts('json', 'format')
        .epilogue(
          examples(
            [
              ['$0 audit v1.zip v2.zip --output audit.html', 'one page with everything, for a release'],
              ['$0 audit v1.zip v2.zip --only changed --under SYSTEM/etc', 'what changed there, as text'],
              [
                '$0 audit v1.zip v2.zip --exact --policy policy.yaml --output audit.md',
                'for a pull request; exit code 1 when the policy is violated',
              ],
            ],
            'Exit code 1 when the policy is violated.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { auditFiles, hasOffenders, readAuditPage } = await import('../../usecases/audit/audit-files.js');
        const { words } = await configured('audit', argv, {}, session);
        const builds = bothBuilds(words, 'audit');
        const { output } = words;
        // A finished package is what it is: patches that a configuration wants are not made for it.
        const exact = words.package === undefined && words.exact;
        const only = (words.only ?? []).flatMap((words) => words.split(',')).map(changeOption);
        const format =
          argv.json === true
            ? 'json'
            : (words.format ?? (output === undefined ? undefined : formatOfName(output)) ?? 'text');
        const toStandardOutput = isStandardOutput(output);
        const lists = await chosenLists(words, session);
        const audit = await auditFiles(auditRequest({ ...words, ...builds, exact, lists }), session);
        const shown = filterAudit(audit, { only, under: (words.under ?? []).map(fromText) });
        const report = auditReport(shown, format, await readAuditPage());
        session.endStage();
        if (output === undefined || toStandardOutput) session.out(report);
        else await writeText(output, report);
        return hasOffenders(audit.policy) ? exitCodes.findings : exitCodes.done;
      }),
  );

function changeOption(word: string): Change {
  const change = changeOrder.find((each) => each === word.trim());
  if (change !== undefined) return change;
  throw new UsageError({
    code: 'change',
    message: 'the value of --only is not valid',
    found: word,
    expected: changeOrder.join(', '),
  });
}

function dayOption(text: string | undefined): string | undefined {
  if (text === undefined || (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)))) return text;
  throw new UsageError({
    code: 'day',
    message: 'the value of --today is not valid',
    found: text,
    expected: 'a day like 2026-11-21',
  });
}

function withoutExact(): UsageError {
  return new UsageError({
    code: 'usage',
    message: 'without --exact no patch is made, so there is nothing for a cache',
    remedy: 'add --exact, or leave out --cache',
  });
}

interface AuditWords extends CacheWords, Pick<AuditRequest, 'source' | 'target' | 'lists' | 'companion' | 'modes'> {
  readonly parts: string;
  readonly exact?: boolean | undefined;
  readonly jobs?: string | undefined;
  readonly memory?: string | undefined;
  readonly package?: string | undefined;
  readonly policy?: string | undefined;
  readonly today?: string | undefined;
  readonly output?: string | undefined;
}

/** The request of what the options say. */
export function auditRequest(options: AuditWords): AuditRequest {
  const { source, target, lists, companion, modes } = options;
  const { bootUpdate, levers, chmod, dialect, encoding } = generateDefaults;
  const memory = sizeOption('memory', options.memory);
  const jobs = countOption('jobs', options.jobs, 1, 256);
  if (options.cache !== undefined && options.exact !== true) throw withoutExact();
  return {
    source,
    target,
    lists,
    companion,
    modes,
    parts: partsOption(options.parts),
    bootUpdate,
    levers,
    chmod,
    exact:
      options.exact === true ? { dialect, encoding: { ...encoding, jobs, memory, ...cacheOf(options) } } : undefined,
    memory,
    packageFile: options.package,
    policyFile: options.policy,
    today: dayOption(options.today),
    otherOutputs: isStandardOutput(options.output) ? [] : textOutput('the output', options.output),
  };
}
