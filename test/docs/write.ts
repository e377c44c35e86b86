/** Writes the pages of docs/ that are made from the program: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { findingsDocument } from './findings-document.js';
import { documents, schemaText } from './schemas/documents.js';

for (const name of Object.keys(documents)) {
  writeFileSync(new URL(`../../../docs/schemas/${name}.schema.json`, import.meta.url), schemaText(name));
}
writeFileSync(new URL('../../../docs/findings.md', import.meta.url), findingsDocument());
