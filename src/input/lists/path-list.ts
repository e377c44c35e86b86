import type { Fault } from '../../model/errors.js';
import type { ListName, PathRule } from '../../model/list-rules.js';
import { displayName, isWithin } from '../../model/path.js';
import { type ListLine, lineFault, listLines, type Parsed, pathFault } from './list-line.js';
import { compilePattern, isPattern, literalStart } from './pattern.js';

const expected = 'a path inside targetfiles.zip without a leading slash, such as SYSTEM/etc/webui/test.cfg';

function parseLine(line: ListLine): PathRule | Fault {
  const { at, text } = line;
  if (text.startsWith('/')) {
    const inside = text.startsWith('/SYSTEM/') ? text.slice(1) : `SYSTEM${text}`;
    return lineFault(line, 0, 'the path starts with a slash', expected, `write ${displayName(inside)}`);
  }
  const folder = text.endsWith('/');
  const path = folder ? text.replace(/\/$/, '') : text;
  const wrong = pathFault(path);
  if (wrong !== undefined) return lineFault(line, 0, wrong, expected);
  if (!isPattern(path)) {
    // Without a slash at the end it may still be a directory in a build: then everything below it is meant too.
    return { at, text, form: folder ? 'folder' : 'exact', start: path, matches: (other) => isWithin(other, path) };
  }
  const matches = compilePattern(folder ? `${path}/**` : path);
  if (typeof matches !== 'function') {
    return lineFault(line, 0, `the pattern cannot be understood: ${displayName(matches.wrong)}`, expected);
  }
  return { at, text, form: 'pattern', start: literalStart(path), matches };
}

/** Parses the noota or the fullota list: one path, folder or pattern a line. */
export function parsePathList(list: ListName, file: string, text: string): Parsed<PathRule> {
  const { lines, faults: tooLong } = listLines(list, file, text);
  const rules: PathRule[] = [];
  const faults: Fault[] = [...tooLong];
  for (const line of lines) {
    const parsed = parseLine(line);
    if ('code' in parsed) faults.push(parsed);
    else rules.push(parsed);
  }
  return { rules, faults };
}
