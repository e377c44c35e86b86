/** LittleFS images, for people and for machines. */
import type { LittlefsCheck, LittlefsMade, LittlefsProblem } from '../model/littlefs.js';
import { displayName } from '../model/path.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const littlefsJsonVersion = 1;

function json(format: string, content: object, exitCode: Report['exitCode']): Report {
  return { text: `${JSON.stringify({ format, version: littlefsJsonVersion, ...content }, undefined, 2)}\n`, exitCode };
}

/** The image that was made, as JSON. */
export function littlefsMadeJson(made: LittlefsMade): Report {
  return json('dfota-littlefs-made', made, 0);
}

function held({ files, directories, bytes }: Pick<LittlefsMade, 'files' | 'directories' | 'bytes'>): string {
  return `${showCount(files, 'file')} in ${showCount(directories, 'folder')}, ${showSize(bytes)}`;
}

/** The image that was made. */
export function littlefsMadeText(made: LittlefsMade): Report {
  const { output, size, blockSize, usedBlocks, freeBlocks, sha256 } = made;
  const lines = [
    `${output}: ${showSize(size)} (0x${size.toString(16)}), LittleFS 1.1, blocks of ${blockSize} bytes`,
    `  ${held(made)}; ${showCount(usedBlocks, 'block')} in use, ${freeBlocks} free`,
    `  SHA-256 ${sha256}`,
    '  proved: read back, it has every file and folder and no other',
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}

function exitOf({ problems }: LittlefsCheck): Report['exitCode'] {
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/** What a check found, as JSON. Names that are not UTF-8 have their odd bytes as `\xHH`. */
export function littlefsCheckJson(check: LittlefsCheck): Report {
  const problems = check.problems.map(({ path, ...problem }) => ({
    ...problem,
    path: path === undefined ? undefined : displayName(path),
  }));
  return json('dfota-littlefs-check', { ...check, problems }, exitOf(check));
}

function problemLine({ severity, code, path, block, message }: LittlefsProblem): string {
  const name = path === undefined ? undefined : path === '' ? 'the root' : displayName(path);
  const at = [name, block === undefined ? undefined : `block ${block}`].filter((part) => part !== undefined);
  return `  ${severity}: ${at.length === 0 ? '' : `${at.join(', ')}: `}${message} [${code}]`;
}

/** What a check found. */
export function littlefsCheckText(check: LittlefsCheck): Report {
  const { file, size, blockSize, blockCount, diskVersion, usedBlocks, freeBlocks, problems, moreProblems } = check;
  const lines = [
    `${file}: ${showSize(size)}, LittleFS ${diskVersion}, ${blockCount} blocks of ${blockSize} bytes`,
    `  ${held(check)}; ${showCount(usedBlocks, 'block')} in use, ${freeBlocks} free`,
  ];
  const count = problems.length + moreProblems;
  lines.push(count === 0 ? 'no problem found' : `${showCount(count, 'problem')}:`);
  lines.push(...problems.map(problemLine));
  if (moreProblems > 0) lines.push(`  … and ${moreProblems} more`);
  return { text: `${lines.join('\n')}\n`, exitCode: exitOf(check) };
}
