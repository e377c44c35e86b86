/** The audit as one self-contained page. The page's words, style and script come from templates/report/audit. */
import type { Audit } from '../../model/audit.js';
import { displayName } from '../../model/path.js';
import { showSize } from '../quantities.js';
import { escapeText } from './html-text.js';
import { auditDocument } from './json.js';
import { pageTables } from './page-tables.js';
import { costWord, packageBytes, relationWords } from './words.js';

/** The parts of the page, as they are in the templates. */
export interface AuditPage {
  readonly html: string;
  readonly style: string;
  /** Modules of the page's script, each after those that it imports. */
  readonly modules: readonly string[];
}

/** The page as text. Data stands in it as JSON, in which no `<` is left, so that no name can end the script element. */
export function auditHtml(audit: Audit, page: AuditPage): string {
  const name = (side: Audit['source']): string => displayName(side.version?.revision ?? side.origin);
  const title = `Firmware audit: ${name(audit.source)} → ${name(audit.target)}`;
  const summary = `The target is ${relationWords[audit.relation]}, ${showSize(packageBytes(audit))} ${costWord(audit)}.`;
  const values: Readonly<Record<string, string>> = {
    title: escapeText(title),
    summary: escapeText(summary),
    tables: pageTables(audit),
    style: page.style.trim(),
    script: page.modules.map(withoutModuleWords).join('\n').trim(),
    data: JSON.stringify(auditDocument(audit)).replaceAll('<', '\\u003c'),
  };
  return page.html.replace(
    /\/\* dfota:(\w+) \*\/|"dfota:(\w+)"|dfota:(\w+)/g,
    (_mark, comment?: string, text?: string, word?: string) => values[comment ?? text ?? word ?? ''] ?? '',
  );
}

/** Joined into one script, the modules see each other's names without importing them. */
function withoutModuleWords(module: string): string {
  return module
    .replace(/^import [^;]*;\n/gm, '')
    .replace(/^export (?=(function|const) )/gm, '')
    .trim();
}
