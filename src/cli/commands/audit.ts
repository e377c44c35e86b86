import { auditFiles, readAuditPage } from '../../audit-files.js';
import { generateDefaults, patchCacheFolder } from '../../generate-files.js';
import type { Audit } from '../../model/audit.js';
import { UsageError } from '../../model/errors.js';
import { fromText } from '../../model/path.js';
import { auditCsv } from '../../report/audit/csv.js';
import { filterAudit } from '../../report/audit/filter.js';
import { auditHtml } from '../../report/audit/html.js';
import { auditJson } from '../../report/audit/json.js';
import { auditJunit } from '../../report/audit/junit.js';
import { auditMarkdown } from '../../report/audit/markdown.js';
import { auditSarif } from '../../report/audit/sarif.js';
import { auditText } from '../../report/audit/text.js';
import type { Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { countOption, given, partsOption } from '../options.js';
import { writeText } from '../write-text.js';

const formats = ['text', 'markdown', 'json', 'html', 'csv', 'junit', 'sarif'] as const;
const changes = [
  'untouched',
  'added',
  'removed',
  'changed',
  'moved',
  'copied',
  'mode-only',
  'kind-changed',
] as const satisfies readonly Audit['rows'][number]['change'][];

async function show(audit: Audit, format: (typeof formats)[number]): Promise<string> {
  switch (format) {
    case 'text':
      return auditText(audit);
    case 'markdown':
      return auditMarkdown(audit);
    case 'json':
      return auditJson(audit);
    case 'html':
      return auditHtml(audit, await readAuditPage());
    case 'csv':
      return auditCsv(audit);
    case 'junit':
      return auditJunit(audit);
    case 'sarif':
      return auditSarif(audit);
    default:
      return format satisfies never;
  }
}

/** `dfota audit SOURCE TARGET`. */
export const auditCommand: Command = (program, choose) =>
  program.command(
    'audit <source> <target>',
    'Show what changed between two builds, inside files too, and why the package is as big as it is',
    (options) =>
      options
        .positional('source', {
          type: 'string',
          demandOption: true,
          describe: 'targetfiles.zip of what the module runs',
        })
        .positional('target', { type: 'string', demandOption: true, describe: 'targetfiles.zip of what it shall run' })
        .option('lists', { type: 'string', describe: 'Folder of the list files', defaultDescription: 'starter lists' })
        .option('parts', { type: 'string', default: 'a', describe: 'What is updated: a, or letters of l, m, o' })
        .option('format', { choices: formats, default: 'text' as const, describe: 'Form of the report' })
        .option('json', { type: 'boolean', describe: 'The same as --format json' })
        .option('output', { type: 'string', describe: 'Write the report to a file' })
        .option('exact', { type: 'boolean', describe: "Encode everything: sizes are the package's, not bounds" })
        .option('package', { type: 'string', describe: 'Audit a finished package, made by any tool, as well' })
        .option('policy', { type: 'string', describe: 'Hold the audit against the rules of a policy.yaml' })
        .option('only', {
          array: true,
          choices: changes,
          describe: 'Only paths with this change; may be given several times',
        })
        .option('under', { type: 'string', array: true, describe: 'Only paths below this; may be given several times' })
        .option('jobs', { type: 'string', describe: 'Worker threads of --exact' })
        .option('companion', {
          type: 'string',
          describe: 'For raw images: a targetfiles.zip with what images do not hold (META, OTA, RECOVERY)',
        })
        .option('modes', {
          choices: ['build', 'note'] as const,
          default: 'build' as const,
          describe: "Whose rules say owners and modes: the build's own, or the original tool's",
        })
        .conflicts('exact', 'package')
        .example('$0 audit v1.zip v2.zip', 'what changed, costliest first')
        .example('$0 audit v1.zip v2.zip --exact --format html --output audit.html', 'a page to look around in')
        .example('$0 audit v1.zip v2.zip --only changed --under SYSTEM/etc', 'changed files below /etc')
        .example(
          '$0 audit v1.zip v2.zip --policy policy.yaml --format junit',
          'a gate for CI: exit code 1 on offenders',
        ),
    (argv) =>
      choose(async (session) => {
        if (argv.json === true && argv.format !== 'text' && argv.format !== 'json') {
          throw new UsageError({ code: 'format', message: '--json and --format name two forms of the report' });
        }
        const jobs = countOption('jobs', argv.jobs, 1, 256);
        const audit = await auditFiles({
          inputs: {
            source: argv.source,
            target: argv.target,
            ...given('lists', argv.lists),
            ...given('companion', argv.companion),
          },
          modes: argv.modes,
          options: {
            parts: partsOption(argv.parts),
            ...given('packageFile', argv.package),
            ...given('policyFile', argv.policy),
            today: new Date().toISOString().slice(0, 10),
            onProgress: session.onProgress,
            signal: session.signal,
          },
          ...(argv.exact === true
            ? { exact: { ...generateDefaults.encoding, cache: patchCacheFolder(), ...given('jobs', jobs) } }
            : {}),
        });
        session.endStage();
        const filtered = filterAudit(audit, { only: argv.only ?? [], under: (argv.under ?? []).map(fromText) });
        const text = await show(filtered, argv.json === true ? 'json' : argv.format);
        if (argv.output === undefined) session.out(text);
        else await writeText(argv.output, text);
        const offends = audit.policy?.findings.some(({ standing }) => standing === 'offender') ?? false;
        return offends ? exitCodes.findings : exitCodes.done;
      }),
  );
