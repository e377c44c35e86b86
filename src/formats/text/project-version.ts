import type { ProjectVersion } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import { linesOf, trimBlanks } from './text-lines.js';

/** Where a build says what it is. */
export const projectVersionPath = sdx6x.versionFile;

const fields = {
  'project name': 'project',
  'project rev': 'revision',
  'branch name': 'branch',
  'custom name': 'custom',
  'package time': 'packageTime',
} as const;

function isLabel(label: string): label is keyof typeof fields {
  return Object.hasOwn(fields, label);
}

/** Reads the labels, however they are aligned; the first of two equal ones counts. Keeps the bytes as they are. */
export function parseProjectVersion(bytes: string): ProjectVersion {
  const known: { -readonly [Field in (typeof fields)[keyof typeof fields]]?: string } = {};
  for (const { text } of linesOf(bytes)) {
    const cut = text.indexOf(':');
    if (cut < 0) continue;
    const label = trimBlanks(text.slice(0, cut))
      .text.replace(/[ \t]+/g, ' ')
      .toLowerCase();
    if (isLabel(label)) known[fields[label]] ??= trimBlanks(text.slice(cut + 1)).text;
  }
  return { bytes, ...known };
}
