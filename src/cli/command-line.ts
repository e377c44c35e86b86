/** Command line in, action or text out. Parsing has no effects: yargs prints nothing and ends nothing here. */
import yargs, { type Argv } from 'yargs';
import { optionName } from '../model/configuration/setting.js';
import { UsageError } from '../model/errors.js';
import type { Command } from './command.js';
import { completionCommand } from './completion/command.js';
import { type HelpPage, helpPage } from './completion/help-page.js';
import { narrowest } from './examples.js';
import type { Action, Manner } from './session.js';
import { generalHelp, usageError } from './usage-errors.js';

/** What the command line asks for. */
export type Asked =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly action: Action; readonly manner: Manner; readonly given: ReadonlySet<string> };

/** A program as the parser needs it. */
export interface Program {
  readonly name: string;
  readonly version: string;
  readonly usage: string;
  /** The lines under the help's options. */
  readonly epilogue: string;
  readonly commands: readonly Command[];
  /** It has one nameless command, which takes words. */
  readonly wordsOnly: boolean;
}

/** Options and words that may be given more than once; every other one is refused then, since one of its values would be lost. */
export const repeatable: ReadonlySet<string> = new Set([
  'allow',
  'allow-program',
  'allowProgram',
  'fault',
  'from',
  'more',
  'source-version',
  'sourceVersion',
  'only',
  'property',
  'under',
  'words',
  'writable',
]);

/** Columns of a help in which no line is broken. */
const unwrapped = Number.POSITIVE_INFINITY;

/** The help of the program and of all of its commands, taken apart. */
export function helpPages(program: Program): readonly HelpPage[] {
  const pages: HelpPage[] = [];
  const waiting: (readonly string[])[] = [[]];
  for (let words = waiting.shift(); words !== undefined; words = waiting.shift()) {
    const asked = parseCommandLine(program, [...words, '--help'], unwrapped);
    const page = helpPage(program.name, words, asked.kind === 'text' ? asked.text : '');
    pages.push(page);
    for (const { name } of page.commands) waiting.push([...words, name]);
  }
  return pages;
}

/** Parses; throws UsageError on an unknown command or option, a missing or doubled one, or a value that does not parse. */
export function parseCommandLine(program: Program, words: readonly string[], columns: number): Asked {
  const asked = askedWords(program, words);
  if (asked !== words) return parseCommandLine(program, asked, columns);
  let chosen: Action | undefined;
  let text = '';
  const completion = completionCommand(program.name, () => helpPages(program));
  const parser = [...program.commands, ...(program.wordsOnly ? [] : [completion])].reduce<Argv>(
    (declared, command) =>
      command(declared, (action) => {
        chosen = action;
      }),
    // The parser lays its help out even where nobody asks for it; breaking lines is most of that work.
    declare(program, words.some((word) => /^(?:--help|-[a-zA-Z]*h)/.test(word)) ? columns : unwrapped),
  );
  const given: object = parser.parseSync(
    withDash(afterDashes(words)),
    {},
    (_error: unknown, _given: unknown, output: string) => {
      text = output;
    },
  );
  // The general help instead of a command's: there is no such command, and the parser says so when it is not asked for help.
  if (text.startsWith(`${program.name} <command>`) && (words[0] ?? '-').charAt(0) !== '-') {
    return parseCommandLine(
      program,
      words.filter((word) => !/^(?:--help|-h)$/.test(word)),
      columns,
    );
  }
  if (text !== '') return { kind: 'text', text: text.endsWith('\n') ? text : `${text}\n` };
  if (chosen === undefined) throw usage(program, words, 'a command is missing');
  const flag = (name: string): boolean => Reflect.get(given, name) === true;
  return {
    kind: 'action',
    action: chosen,
    manner: { quiet: flag('quiet'), verbose: flag('verbose'), json: flag('json') },
    given: givenOptions(words),
  };

  function declare(program: Program, columns: number): Argv {
    return (
      yargs()
        .scriptName(program.name)
        .usage(program.usage)
        // English everywhere: messages are searched for, and a translation of half of them helps nobody.
        .detectLocale(false)
        .parserConfiguration({
          'boolean-negation': false,
          'dot-notation': false,
          'greedy-arrays': false,
          'parse-numbers': false,
        })
        .option('quiet', { alias: 'q', type: 'boolean', describe: 'Print only results and errors' })
        .option('verbose', { alias: 'v', type: 'boolean', describe: 'Print each item, and notes too' })
        .conflicts('quiet', 'verbose')
        .help()
        .alias('help', 'h')
        .version(program.version)
        .alias('version', 'V')
        .strict()
        .demandCommand(program.wordsOnly ? 0 : 1, 'a command is missing')
        .recommendCommands()
        .epilogue(program.epilogue)
        .wrap(columns === unwrapped ? null : Math.max(narrowest, Math.min(columns, 100)))
        .exitProcess(false)
        .check((options) => {
          for (const [name, value] of Object.entries(options)) {
            if (name === '_' || name === '$0') continue;
            if (value === '') throw new Error(`--${name} needs a value`);
            if (Array.isArray(value) && !repeatable.has(name)) {
              throw new Error(`--${name} is given more than once`);
            }
          }
          return true;
        }, true)
        .fail((message: string | null, error: Error | undefined) => {
          if (error instanceof UsageError) throw error;
          throw usage(program, words, message ?? error?.message ?? 'the command line is wrong');
        })
    );
  }
}

/** The long options that stand among the words, as in `cache-size`. */
function givenOptions(words: readonly string[]): ReadonlySet<string> {
  const end = words.indexOf('--');
  const options = (end < 0 ? words : words.slice(0, end)).map((word) => /^--([A-Za-z][\w-]*)/.exec(word)?.[1]);
  return new Set(options.filter((option) => option !== undefined).map(optionName));
}

/** `-` after an option is its value, the standard output: the parser takes it only as `--output=-`. */
function withDash(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const option = joined.at(-1);
    if (word === '-' && option !== undefined && /^--[a-z][a-z-]*$/.test(option))
      joined[joined.length - 1] = `${option}=-`;
    else joined.push(word);
  }
  return joined;
}

/** What follows `--` is a name, even when it begins with a dash: such a name is given its folder. */
function afterDashes(words: readonly string[]): string[] {
  const at = words.indexOf('--');
  if (at < 0) return [...words];
  return [...words.slice(0, at), ...words.slice(at + 1).map((word) => (word.startsWith('-') ? `./${word}` : word))];
}

/** `help COMMAND` and a lone `-v` in the parser's words. */
function askedWords(program: Program, words: readonly string[]): readonly string[] {
  const [first, ...others] = words;
  if (first === 'help' && !program.wordsOnly) return [...others.filter((word) => word !== '--help'), '--help'];
  return first === '-v' && others.length === 0 ? ['--version'] : words;
}

/** The help of a command; the general help, which begins with `generalHelp`, where there is no such command. */
function helpOf(program: Program, command: readonly string[]): string {
  const asked = parseCommandLine({ ...program, usage: generalHelp }, [...command, '--help'], narrowest);
  return asked.kind === 'text' ? asked.text : '';
}

function usage(program: Program, words: readonly string[], message: string): UsageError {
  return usageError({ program, words, message, helpOf: (command) => helpOf(program, command) });
}
