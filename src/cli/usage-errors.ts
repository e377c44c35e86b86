/** What is wrong with a command line, what was probably meant, and where the help is. */
import { UsageError } from '../model/errors.js';
import { nearest, nearestName } from '../model/nearest.js';

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
  const near = /^Did you mean (.*)\?$/.exec(message)?.[1];
  const unknown = /^Unknown argument: (.*)$/.exec(message)?.[1];
  if (near !== undefined || (unknown !== undefined && commands.includes(unknown))) {
    const commandHelp = command.length === 0 ? generalHelp : wrong.helpOf(command);
    if (commandHelp.startsWith(generalHelp)) return error(`there is no command ${command.join(' ')}`, near, []);
    if (/^Commands:$/m.test(commandHelp)) {
      const suggested = near === undefined ? undefined : [...command, near].join(' ');
      return error(`there is no command ${commands.join(' ')}`, suggested, command);
    }
  }
  const value = /Argument: ([\w-]+), Given: "?(.*?)"?, Choices: (.*)/.exec(message);
  if (value === null) return error(message.replace(/\s*\n\s*/g, '; '), undefined, command);
  const [, name = '', found = '', choices = ''] = value;
  const offered = choices.replaceAll('"', '').split(', ');
  const closest = nearest(
    `  ${found}`,
    offered.map((choice) => `  ${choice}`),
  )?.trim();
  return new UsageError({
    code: 'usage',
    message: `the value of --${name} is not valid`,
    found,
    expected: offered.join(', '),
    remedy: `${closest === undefined ? '' : `Did you mean ${closest}? `}${help(command)}`,
  });
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
