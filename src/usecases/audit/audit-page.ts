import { readFile } from 'node:fs/promises';
import type { AuditPage } from '../../report/audit/html.js';

/** In the order of their imports. */
const modules = ['dom.js', 'words.js', 'inner.js', 'treemap.js', 'paths.js', 'page.js'] as const;

/** Reads the page's template, which is part of this package. */
export async function readAuditPage(): Promise<AuditPage> {
  const read = (name: string): Promise<string> =>
    readFile(new URL(`../../../../templates/report/audit/${name}`, import.meta.url), 'utf8');
  return {
    html: await read('page.html'),
    style: await read('style.css'),
    modules: await Promise.all(modules.map(read)),
  };
}
