/** Policy offenders and new security findings as SARIF 2.1.0, for code scanning. */
import { createHash } from 'node:crypto';
import type { Audit } from '../../model/audit.js';
import type { Severity } from '../../model/finding.js';
import { displayName, toBytes } from '../../model/path.js';
import { securityWords } from './words.js';

type Level = 'error' | 'warning' | 'note';

interface Result {
  readonly rule: string;
  readonly title: string;
  readonly level: Level;
  readonly message: string;
  readonly path?: string | undefined;
  readonly line?: number | undefined;
  readonly suppressed?: string | undefined;
}

const levels: Readonly<Record<Severity, Level>> = { error: 'error', warning: 'warning', information: 'note' };

/** Bytes of a path as a URI reference. */
function uri(path: string): string {
  return Array.from(toBytes(path), (byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9._~/-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function resultsOf(audit: Audit): readonly Result[] {
  const policy = (audit.policy?.findings ?? []).map((finding): Result => {
    const { rule, standing, message, path, line, waiver } = finding;
    return {
      rule: `policy/${rule}`,
      title: `audit policy: ${rule}`,
      level: standing === 'information' ? 'note' : 'error',
      message,
      path: path ?? audit.policy?.file ?? '',
      line: path === undefined ? line : undefined,
      suppressed: waiver?.reason,
    };
  });
  const security = audit.security
    .filter(({ standing }) => standing !== 'present')
    .map(
      ({ rule, severity, message, path }): Result => ({
        rule: `security/${rule}`,
        title: securityWords[rule],
        level: levels[severity],
        message,
        path,
      }),
    );
  return [...policy, ...security];
}

/** The log as text. Fingerprints depend on rule and path alone, so that a finding keeps its identity from run to run. */
export function auditSarif(audit: Audit): string {
  const results = resultsOf(audit);
  const titles = new Map(results.map(({ rule, title }) => [rule, title]));
  const rules = [...titles.keys()].sort();
  const version = audit.tool.split(' ')[1] ?? '';
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'dfota',
            version: version === '' ? undefined : version,
            rules: rules.map((id) => ({ id, shortDescription: { text: titles.get(id) ?? id } })),
          },
        },
        results: results.map(({ rule, level, message, path, line, suppressed }) => ({
          ruleId: rule,
          ruleIndex: rules.indexOf(rule),
          level,
          message: { text: `${path === undefined ? '' : `${displayName(path)}: `}${message}` },
          locations:
            path === undefined
              ? undefined
              : [
                  {
                    physicalLocation: {
                      artifactLocation: { uri: uri(path) },
                      region: line === undefined ? undefined : { startLine: line },
                    },
                  },
                ],
          partialFingerprints: {
            'dfota/v1': createHash('sha256')
              .update(`${rule}\0${path ?? ''}\0${line ?? ''}`)
              .digest('hex')
              .slice(0, 32),
          },
          suppressions: suppressed === undefined ? undefined : [{ kind: 'external', justification: suppressed }],
        })),
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 1)}\n`;
}
