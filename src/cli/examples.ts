/** Examples under a command's help: each can be copied as it stands, however wide the terminal is. */

/** A command line, with $0 for the program, and what it is for. */
export type Example = readonly [command: string, what: string];

/** No terminal is narrower than this: lines of help of this width are never wrapped. */
export const narrowest = 80;

/** The examples, and what else stands under the options. A long command line goes on in the next line, behind a backslash. */
export function examples(list: readonly Example[], tail?: string): string {
  const lines = list.flatMap(([command, what]) => [`  # ${what}`, ...broken(command.replaceAll('$0', programMark))]);
  return ['Examples:', ...lines, ...(tail === undefined ? [] : ['', tail])].join('\n').replaceAll(programMark, '$0');
}

/** As long as the longest name of a program, which takes its place. */
const programMark = '\0'.repeat('update_gen'.length);

function broken(command: string): readonly string[] {
  const lines: string[] = [];
  let line = '  ';
  for (const word of command.split(' ')) {
    const grown = line.trim() === '' ? `${line}${word}` : `${line} ${word}`;
    if (grown.length + ' \\'.length > narrowest) {
      lines.push(`${line} \\`);
      line = `      ${word}`;
    } else line = grown;
  }
  return [...lines, line];
}
