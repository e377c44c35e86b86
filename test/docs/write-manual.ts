/** Writes the pages of the manual to dist/man, for the package that npm packs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { manPages } from './man-pages.js';

const folder = new URL('../../man/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, page] of manPages()) writeFileSync(new URL(name, folder), page);
