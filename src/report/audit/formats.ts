import type { Audit } from '../../model/audit.js';
import { auditCsv } from './csv.js';
import { type AuditPage, auditHtml } from './html.js';
import { auditJson } from './json.js';
import { auditJunit } from './junit.js';
import { auditMarkdown } from './markdown.js';
import { auditSarif } from './sarif.js';
import { auditText } from './text.js';

/** All formats of the audit. */
export const auditFormats = ['text', 'markdown', 'json', 'html', 'csv', 'junit', 'sarif'] as const;
export type AuditFormat = (typeof auditFormats)[number];

/** The format that a file's name asks for; `undefined` when it asks for none. */
export function formatOfName(file: string): AuditFormat | undefined {
  const formats: readonly (readonly [RegExp, AuditFormat])[] = [
    [/\.txt$/i, 'text'],
    [/\.(md|markdown)$/i, 'markdown'],
    [/\.sarif(\.json)?$/i, 'sarif'],
    [/\.json$/i, 'json'],
    [/\.html?$/i, 'html'],
    [/\.csv$/i, 'csv'],
    [/\.xml$/i, 'junit'],
  ];
  return formats.find(([name]) => name.test(file))?.[1];
}

/** The audit in a format, all from the same data. The page is only needed for html. */
export function auditReport(audit: Audit, format: AuditFormat, page: AuditPage): string {
  switch (format) {
    case 'text':
      return auditText(audit);
    case 'markdown':
      return auditMarkdown(audit);
    case 'json':
      return auditJson(audit);
    case 'html':
      return auditHtml(audit, page);
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
