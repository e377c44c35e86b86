/** What is wrong with a command line, what was probably meant, and where the help is. */
import { UsageError } from '../model/errors.js';
import { nearestName } from '../model/nearest.js';

/** A command line that does not parse. */
export interface WrongCommandLine {
  readonly program: { readonly name: string; readonly wordsOnly: boolean };
  readonly words: readonly string[];
  /** What the parser says. */
  readonly message: string;
  /** The help of a command; one that begins with `generalHelp` where there is no such command. */
  readonly helpOf: (command: readonly string[]) => string;
}

/** The usage of the help that is not of a single command. */
export const generalHelp = 'general';

/** The error to show, with the option or the command that was probably meant. */
export function usageError(wrong: WrongCommandLine): UsageError {
  const { program, message } = wrong;
  const commands = program.wordsOnly ? [] : commandsIn(wrong.words);
  const command = commands.slice(0, 1);
  const help = (of: readonly string[]): string => ['see', program.name, ...of, '--help'].join(' ');
  const error = (says: string, near: string | undefined, of: readonly string[]): UsageError =>
    new UsageError({
      code: 'usage',
      message: says,
      remedy: `${near === undefined ? '' : `Did you mean ${near}? `}${help(of)}`,
    });
  const option = /^(?:Unknown arg|Did you mean|Missing|Not enough|Too many|a command is|say what)/.test(message)
    ? wrongOption(wrong, commands)
    : undefined;
  if (option !== undefined) return error(`Unknown argument: ${option.given}`, option.near, command);
  const unknown = /^Unknown argument: (.*)$/.exec(message)?.[1];
  if (/^Did you mean/.test(message) || (unknown !== undefined && commands.includes(unknown))) {
    const commandHelp = command.length === 0 ? generalHelp : wrong.helpOf(command);
    const [known, of] = commandHelp.startsWith(generalHelp) ? [[], command] : [command, commands];
    if (known.length === 0 || /^Commands:$/m.test(commandHelp)) {
      const near = nearCommand(of.at(-1) ?? '', commandNames(wrong.helpOf(known), [program.name, ...known]));
      return error(`there is no command ${of.join(' ')}`, near && [...known, near].join(' '), known);
    }
  }
  const value = /Argument: ([\w-]+), Given: "?(.*?)"?, Choices: (.*)/.exec(message);
  if (value === null) return error(message.replace(/\s*\n\s*/g, '; '), undefined, command);
  const [, name = '', found = '', choices = ''] = value;
  const offered = choices.replaceAll('"', '').split(', ');
  const closest = nearWord(found, offered);
  return new UsageError({
    code: 'usage',
    message: `the value of --${name} is not valid`,
    found,
    expected: offered.join(', '),
    remedy: `${closest === undefined ? '' : `Did you mean ${closest}? `}${help(command)}`,
  });
}

/** The word that was probably meant: in a short word one letter may be wrong. */
function nearWord(word: string, candidates: readonly string[]): string | undefined {
  const widened = candidates.map((candidate) => `  ${candidate}`);
  return nearestName(`  ${word}`, widened)?.trim();
}

/** The command that was probably meant: the nearest, or the only one that begins so. */
function nearCommand(word: string, names: readonly string[]): string | undefined {
  const begun = names.filter((name) => name.startsWith(word.toLowerCase()));
  return nearWord(word, names) ?? (begun.length === 1 ? begun[0] : undefined);
}

/** The commands that a help lists behind these words. */
function commandNames(help: string, before: readonly string[]): readonly string[] {
  const lines = help.split('\n').filter((line) => line.startsWith(`  ${before.join(' ')} `));
  return lines.flatMap((line) => line.trim().split(/ +/)[before.length] ?? []);
}

/** The words that may be a command and its subcommand. */
function commandsIn(words: readonly string[]): readonly string[] {
  const end = words.findIndex((word) => !/^[a-z][a-z-]*$/i.test(word));
  return words.slice(0, end < 0 ? words.length : end).slice(0, 2);
}

/** The first option that the command does not have, and the one that was probably meant. */
function wrongOption(
  { words, helpOf }: WrongCommandLine,
  commands: readonly string[],
): { readonly given: string; readonly near: string | undefined } | undefined {
  const help = helpOf(commands);
  const known = new Set([...help.matchAll(/^ +(?:-[A-Za-z], )?--([a-z][\w-]*)/gm)].map(([, name = '']) => name));
  const end = words.indexOf('--');
  for (const word of end < 0 ? words : words.slice(0, end)) {
    const option = /^--?([A-Za-z][\w-]*)/.exec(word)?.[1];
    if (option === undefined || known.has(option) || known.has(dashed(option)) || /^[qhvV]+$/.test(option)) continue;
    const dashes = [...known].map((name) => `--${name}`);
    const begun = dashes.find((name) => begins(name.slice(2), option));
    return { given: option, near: nearestName(`--${dashed(option)}`, dashes) ?? begun };
  }
  return undefined;
}

/** Whether an option was cut: `--out`, or written together: `--powercuts`. */
function begins(name: string, option: string): boolean {
  return (option.length > 2 && name.startsWith(option)) || name.replaceAll('-', '') === option.replace(/[-_]/g, '');
}

/** `sourceVersion` is `source-version` for the parser. */
function dashed(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
