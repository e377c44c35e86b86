/** Values of settings out of words: the same words mean the same in a file, in the environment and on the command line. */
import { parseParts } from '../parts.js';
import { parseCount, parseSize, sizeInWords } from '../size-words.js';
import type { SettingForm, SettingValue } from './setting.js';

const flags: Readonly<Record<string, boolean>> = { true: true, false: false, 1: true, 0: false };

/** The value that a word has; `undefined` when it is none of that form. Several words of one list are lines of the text. */
export function parseSettingText(form: SettingForm, text: string): SettingValue | undefined {
  switch (form.kind) {
    case 'text':
    case 'path':
    case 'build':
      return text === '' ? undefined : text;
    case 'flag':
      return Object.hasOwn(flags, text) ? flags[text] : undefined;
    case 'size':
      return parseSize(text);
    case 'count':
      return parseCount(text, form.least, form.most);
    case 'choice':
      return form.words.find((word) => word === text);
    case 'parts':
      return parseParts([text]) === undefined ? undefined : text;
    case 'texts':
    case 'builds': {
      const lines = text.split(/\r?\n/).filter((line) => line !== '');
      return lines.length === 0 ? undefined : lines;
    }
    default:
      return form satisfies never;
  }
}

/** What a value of a form looks like, for messages. */
export function expectedOf(form: SettingForm): string {
  switch (form.kind) {
    case 'text':
      return 'a text';
    case 'path':
      return 'a path';
    case 'build':
      return 'a path, or a pattern such as releases/*/targetfiles.zip';
    case 'flag':
      return 'true or false';
    case 'size':
      return sizeInWords;
    case 'count':
      return `a whole number from ${form.least} to ${form.most}`;
    case 'choice':
      return form.words.join(', ');
    case 'parts':
      return 'letters of a (all), l (root file system), m (modem), o (kernel), such as "a" or "lm"';
    case 'texts':
      return 'a list of texts';
    case 'builds':
      return 'a list of paths or patterns';
    default:
      return form satisfies never;
  }
}

/** The value with its paths starting in a folder: relative ones of a file start where the file lies. */
export function startingIn(form: SettingForm, value: SettingValue, start: (path: string) => string): SettingValue {
  if (form.kind === 'path' || form.kind === 'build') return typeof value === 'string' ? start(value) : value;
  return form.kind === 'builds' && typeof value === 'object' ? value.map(start) : value;
}

/** Whether a value is one of a form. */
export function isOfForm(form: SettingForm, value: unknown): boolean {
  switch (form.kind) {
    case 'flag':
      return typeof value === 'boolean';
    case 'size':
    case 'count':
      return typeof value === 'number';
    case 'texts':
    case 'builds':
      return Array.isArray(value) && value.every((each) => typeof each === 'string');
    case 'choice':
      return form.words.some((word) => word === value);
    case 'text':
    case 'path':
    case 'build':
    case 'parts':
      return typeof value === 'string';
    default:
      return form satisfies never;
  }
}
