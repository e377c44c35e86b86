/** The text of docs/findings.md, made from the codes. */
import { codeSubjects } from '../../src/model/codes.js';

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** Markdown: a table of codes for each subject. */
export function findingsDocument(): string {
  const lines = [
    '# Findings and errors',
    '',
    'Each finding and each error has a code, which stays the same when its words change: scripts go by it. With `--json` it is the field',
    '`code`. `dfota explain CODE` tells on the command line what is written here. This page is made from `src/model/codes/` with',
    '`npm run docs`.',
  ];
  for (const { title, codes } of codeSubjects) {
    lines.push('', `## ${title}`, '', '| code | what it means | what to do |', '|---|---|---|');
    for (const [code, { meaning, remedy }] of Object.entries(codes))
      lines.push(`| \`${code}\` | ${cell(meaning)} | ${cell(remedy)} |`);
  }
  return `${lines.join('\n')}\n`;
}
