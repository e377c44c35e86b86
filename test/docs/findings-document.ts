/** The text of docs/findings.md, made from the codes. */

import { codesByConsequence, consequenceOrder, consequenceWords } from '../../src/model/codes/consequences.js';
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
    '',
    '## What comes first',
    '',
    'Reports tell findings by what comes of them if nobody minds them, the gravest first; what is mended in one way stands together. Notes,',
    'which only inform, come last whatever their code. The codes that are not listed here end a command: there is nothing to weigh.',
  ];
  for (const consequence of consequenceOrder) {
    if (consequence === 'run-ends') continue;
    const codes = codesByConsequence[consequence].map((code) => `\`${code}\``).join(', ');
    lines.push('', `- **${consequenceWords[consequence]}** (\`${consequence}\`): ${codes}`);
  }
  for (const { title, codes } of codeSubjects) {
    lines.push('', `## ${title}`, '', '| code | what it means | what to do |', '|---|---|---|');
    for (const [code, { meaning, remedy }] of Object.entries(codes))
      lines.push(`| \`${code}\` | ${cell(meaning)} | ${cell(remedy)} |`);
  }
  return `${lines.join('\n')}\n`;
}
