/** What the help of a command says, taken apart: for completion in shells, and for pages of the manual. */

/** An option as the help shows it. */
export interface HelpOption {
  /** Without dashes. */
  readonly name: string;
  /** One letter. */
  readonly short: string | undefined;
  readonly text: string;
  /** What it can be, where it is one of a few words. */
  readonly choices: readonly string[];
  readonly standard: string | undefined;
  readonly takesValue: boolean;
}

/** One command: `words` is empty for the program itself. */
export interface HelpPage {
  readonly words: readonly string[];
  readonly usage: readonly string[];
  readonly text: string;
  readonly positionals: readonly { readonly name: string; readonly text: string }[];
  readonly groups: readonly { readonly title: string; readonly options: readonly HelpOption[] }[];
  readonly commands: readonly { readonly name: string; readonly text: string }[];
  /** Examples, each line as it stands. */
  readonly examples: readonly string[];
  readonly tail: readonly string[];
}

const optionLine = /^ {2,6}(?:-(\w), )?--([\w-]+) {2,}(.*)$/;
const plainLine = /^ {2}(\S(?: ?\S)*) {2,}(.*)$/;

/** Reads a help that was printed without wrapping: one line each option, positional and command. */
export function helpPage(program: string, words: readonly string[], help: string): HelpPage {
  const sections = help.trimEnd().split(/\n\n+/);
  const titled = sections.filter((section) => /^[A-Z][^\n]*:(?:\n|$)/.test(section));
  const bodyOf = (title: string): readonly string[] =>
    titled
      .find((section) => section.startsWith(`${title}:`))
      ?.split('\n')
      .slice(1) ?? [];
  const [usage = '', text = ''] = sections;
  const last = sections.at(-1) ?? '';
  return {
    words,
    usage: usage.split('\n'),
    text: titled.includes(text) ? '' : text,
    positionals: bodyOf('Positionals').flatMap((line) => {
      const [, name = '', said = ''] = plainLine.exec(line) ?? [];
      return name === '' ? [] : [{ name, text: notesOf(said).text }];
    }),
    groups: titled.flatMap((section) => {
      const [title = '', ...lines] = section.split('\n');
      const options = lines.flatMap(optionOf);
      return options.length === 0 ? [] : [{ title: title.slice(0, -1), options }];
    }),
    commands: bodyOf('Commands').flatMap((line) => {
      const [, called = '', said = ''] = plainLine.exec(line) ?? [];
      const name = called.split(' ')[words.length + 1];
      return called.startsWith(`${program} `) && name !== undefined ? [{ name, text: notesOf(said).text }] : [];
    }),
    examples: bodyOf('Examples'),
    tail: titled.includes(last) || last === text ? [] : last.split('\n'),
  };
}

function optionOf(line: string): readonly HelpOption[] {
  const [, short, name, said = ''] = optionLine.exec(line) ?? [];
  if (name === undefined) return [];
  const { text, notes } = notesOf(said);
  const note = (of: string): string | undefined => notes.find((one) => one.startsWith(of))?.slice(of.length);
  const standard = note('default: ');
  return [
    {
      name,
      short,
      text,
      choices: [...(note('choices: ') ?? '').matchAll(/"([^"]*)"/g)].map(([, choice = '']) => choice),
      standard: standard?.replace(/^"(.*)"$/, '$1'),
      takesValue: !notes.includes('boolean') && !/^(?:help|version)$/.test(name),
    },
  ];
}

/** `What it does  [string] [default: "a"]` in parts. A page of the manual has the notes in words of its own. */
function notesOf(said: string): { readonly text: string; readonly notes: readonly string[] } {
  const at = /\s*(?:\[[^[\]]*\]\s*)+$/.exec(said)?.index ?? said.length;
  return {
    text: said.slice(0, at).trim(),
    notes: [...said.slice(at).matchAll(/\[([^[\]]*)\]/g)].map(([, note = '']) => note),
  };
}
