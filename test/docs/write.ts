/** Writes the pages of docs/ that are made from the program: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { findingsDocument } from './findings-document.js';

writeFileSync(new URL('../../../docs/findings.md', import.meta.url), findingsDocument());
