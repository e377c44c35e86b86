/** Options that several commands share, and their values. */
import { UsageError } from '../model/errors.js';
import { type Part, parseParts } from '../model/parts.js';
import { parseCount, parseSize, sizeInWords } from '../model/size-words.js';
import type { Emphasis } from '../report/findings.js';
import type { OutputPath } from '../usecases/hold-apart.js';
import type { Style } from './style.js';

/** `--companion`: what raw images do not say. */
export const companionOption = {
  type: 'string',
  describe: 'For raw images: a targetfiles.zip with what images do not hold (META, OTA, RECOVERY)',
} as const;

/** `--allow`: errors that are accepted. */
export const allowOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: 'Accept an error of the builds by its code; may be given several times',
} as const;

/** `--property`: what getprop gives. */
export const propertyOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: 'What getprop gives on the simulated module, as NAME=VALUE; may be given several times',
  defaultDescription: "the defaults of the source's recovery",
} as const;

/** `--allow-program`: what `run_program` may start. */
export const allowProgramOption = {
  type: 'string',
  array: true,
  nargs: 1,
  describe: 'A program that a script may run: known to work and to change nothing; may be given several times',
} as const;

/** `--erase-block`: of the module's flash. */
export const eraseBlockOption = {
  type: 'string',
  describe: "Erase block of the module's flash",
  defaultDescription: '256K',
} as const;

/** Bytes of an erase block: a power of two that flash has. */
export function eraseBlock(text: string | undefined): number | undefined {
  const bytes = sizeOption('erase-block', text);
  if (bytes === undefined || (bytes >= 4096 && bytes <= 2 ** 24 && Number.isInteger(Math.log2(bytes)))) return bytes;
  throw new UsageError({
    code: 'size',
    message: 'the value of --erase-block is not valid',
    found: `${bytes} bytes`,
    expected: 'a power of two from 4K to 16M, such as 128K or 256K',
  });
}

/** Properties by name, out of words of the form NAME=VALUE. */
export function properties(words: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  if (words === undefined) return undefined;
  return Object.fromEntries(
    words.map((word) => {
      const cut = word.indexOf('=');
      if (cut > 0) return [word.slice(0, cut), word.slice(cut + 1)];
      throw new UsageError({
        code: 'property',
        message: 'the value of --property is not valid',
        found: word,
        expected: 'NAME=VALUE, such as ro.product.device=sdxlemur',
      });
    }),
  );
}

/** `--memory`: what the whole run may take. */
export const memoryOption = { type: 'string', describe: 'Memory that the whole run may take, as in 1G' } as const;

/** `--modes`: where owners and modes come from. */
export const modesOption = {
  choices: ['build', 'note'],
  default: 'build',
  describe: "Where owners and modes come from: the build, or the rules of the maker's note (as in the original tool)",
} as const;

/** The parts that a word such as `a` or `lm` chooses. */
export function partsOption(word: string): readonly Part[] {
  const parts = parseParts([word]);
  if (parts !== undefined) return [...parts];
  throw new UsageError({
    code: 'parts',
    message: 'the value of --parts is not valid',
    found: word,
    expected: 'letters of a (all), l (root file system), m (modem), o (kernel), such as "a" or "lm"',
  });
}

/** Bytes; `undefined` where the option was not given. */
export function sizeOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw new UsageError({
    code: 'size',
    message: `the value of --${name} is not valid`,
    found: text,
    expected: sizeInWords,
  });
}

/** A whole number within limits; `undefined` where the option was not given. */
export function countOption(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = parseCount(text, least, most);
  if (value !== undefined) return value;
  throw new UsageError({
    code: 'count',
    message: `the value of --${name} is not valid`,
    found: text,
    expected: `a whole number from ${least} to ${most}`,
  });
}

/** Colours for findings. */
export function emphasisOf(style: Style): Emphasis {
  const marks = { error: 'red', warning: 'yellow', information: 'cyan', place: 'bold' } as const;
  return (what, text) => style(marks[what], text);
}

/** Whether an output is the standard output by one of its names. */
export function isStandardOutput(output: string | undefined): boolean {
  return output === '-' || output === '/dev/stdout' || output === '/dev/fd/1' || output === '/proc/self/fd/1';
}

/** The output of a text as the use cases hold it apart from what they read; nothing where the option was not given. */
export function textOutput(role: string, path: string | undefined): readonly OutputPath[] {
  return path === undefined ? [] : [{ role, path, kind: 'text' }];
}

/** `--with-rollback`. */
export const rollbackOption = {
  type: 'boolean',
  describe: 'Also make and prove the package that leads back, as update.rollback.zip',
} as const;
