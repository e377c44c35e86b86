import type { Fault } from '../../model/errors.js';
import { isBelowSystem, sdx6x } from '../../model/layout.js';
import type { ChmodRule } from '../../model/list-rules.js';
import { type BuildPath, displayName, isWithin, toBuildPath } from '../../model/path.js';
import { type ListLine, lineFault, listLines, type Parsed, pathFault } from './list-line.js';
import { compilePattern, isPattern, literalStart } from './pattern.js';

const form = 'path file_permission userid groupid folder_permission, such as: /usr/bin/app 755 0 0 755';
const largestId = 0xffff_fffe;

interface Word {
  readonly text: string;
  readonly offset: number;
}

function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(/[^ \t]+/g)) {
    if (match[0].startsWith('#')) break;
    words.push({ text: match[0], offset: match.index });
  }
  return words;
}

/** What a row says besides its path; left-out columns have the defaults of the note: 755 0 0 755. */
function parseColumns(line: ListLine, columns: readonly Word[]) {
  const faults: Fault[] = [];
  const mode = (word: Word | undefined, name: string): number => {
    if (word === undefined) return 0o755;
    if (!/^0?[0-7]{3,4}$/.test(word.text)) {
      faults.push(
        lineFault(line, word.offset, `${name} is not a permission`, 'three or four octal digits, such as 644'),
      );
      return 0;
    }
    return Number.parseInt(word.text, 8);
  };
  const id = (word: Word | undefined, name: string): number => {
    const value = Number(word?.text ?? 0);
    if (word === undefined || (/^[0-9]+$/.test(word.text) && value <= largestId)) return value;
    faults.push(lineFault(line, word.offset, `${name} is not a number`, 'a decimal number, such as 0'));
    return 0;
  };
  const [file, user, group, folder, more] = columns;
  const values = {
    fileMode: mode(file, 'file_permission'),
    uid: id(user, 'userid'),
    gid: id(group, 'groupid'),
    folderMode: mode(folder, 'folder_permission'),
  };
  if (more !== undefined) faults.push(lineFault(line, more.offset, 'there are more than five columns', form));
  return { values, faults };
}

/** The folder above the first wildcard. */
function literalFolder(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex(isPattern);
  return parts.slice(0, first).join('/');
}

function parsePath(line: ListLine, word: Word): Pick<ChmodRule, 'form' | 'path' | 'start' | 'matches'> | Fault {
  const { text, offset } = word;
  const expected = "a path on the module that starts with a slash, such as /usr/bin/app; a folder's ends with one too";
  if (!text.startsWith('/')) {
    const remedy = isBelowSystem(text) ? `write ${displayName(text.slice(sdx6x.system.length))}` : undefined;
    return lineFault(line, offset, 'the path does not start with a slash', expected, remedy);
  }
  const folder = text.endsWith('/');
  const inside = `SYSTEM${folder ? text.slice(0, -1) : text}`;
  const wrong = pathFault(inside);
  if (wrong !== undefined) return lineFault(line, offset, wrong, expected);
  if (!isPattern(inside)) {
    const path: BuildPath = toBuildPath(inside);
    return folder
      ? { form: 'folder', path, start: path, matches: (other) => isWithin(other, path) }
      : { form: 'exact', path, start: path, matches: (other) => other === path };
  }
  const matches = compilePattern(folder ? `${inside}/**` : inside);
  if (typeof matches !== 'function') {
    return lineFault(line, offset, `the pattern cannot be understood: ${displayName(matches.wrong)}`, expected);
  }
  return { form: 'pattern', path: toBuildPath(literalFolder(inside)), start: literalStart(inside), matches };
}

/** Parses the chmod list. A path with a blank in it cannot be written here; `?` stands for the blank. */
export function parseChmodList(file: string, text: string): Parsed<ChmodRule> {
  const { lines, faults: tooLong } = listLines('chmod', file, text);
  const rules: ChmodRule[] = [];
  const faults: Fault[] = [...tooLong];
  for (const line of lines) {
    const [first, ...columns] = wordsOf(line.text);
    if (first === undefined) continue;
    const path = parsePath(line, first);
    const { values, faults: wrong } = parseColumns(line, columns);
    if ('code' in path) faults.push(path);
    else rules.push({ at: line.at, text: line.text, ...path, ...values });
    faults.push(...wrong);
  }
  return { rules, faults };
}
