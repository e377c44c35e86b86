/** Builds that are named by a pattern of the host's file system, for scripts and for shells that expand nothing. */
import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import fastGlob from 'fast-glob';
import type { ProjectVersion } from '../model/build.js';
import { InputError } from '../model/errors.js';
import { deepestPatternFolders, mostPatternMatches } from '../model/limits/input.js';
import { compareNaturally } from '../model/natural-order.js';
import { compareBytes } from '../model/path.js';
import { versionOf } from './version-of.js';

/** Words of lists in braces and of brackets with a sign would let a short pattern stand for more than can be tried. */
const syntax = { braceExpansion: false, extglob: false } as const;

/** The build of the newest version that a name stands for. A name that is there, or that is no pattern, stands for itself. */
export async function newestBuild(name: string): Promise<string> {
  const matches = await buildsNamed(name);
  const [first] = matches;
  if (matches.length === 1 && first !== undefined) return first;
  const known = await byVersion(name, matches);
  const [newest, second] = [known.at(-1), known.at(-2)];
  if (newest === undefined) throw noMatch(name);
  if (second !== undefined && compareNaturally(second.revision, newest.revision) === 0) {
    throw new InputError({
      code: 'build-pattern-newest',
      place: { file: name },
      message: 'two builds of the newest version match the pattern',
      found: `${second.path} (${second.revision}) and ${newest.path} (${newest.revision})`,
      expected: 'one build of the newest version',
      remedy: 'name the build itself, or remove one of them',
    });
  }
  return newest.path;
}

/** Every build that a name stands for, the oldest version first. */
export async function buildsByVersion(name: string): Promise<readonly string[]> {
  const matches = await buildsNamed(name);
  return matches.length === 1 ? matches : (await byVersion(name, matches)).map(({ path }) => path);
}

/** Builds with their versions, in natural order. Throws InputError where one says none, or where they are of several projects. */
async function byVersion(name: string, paths: readonly string[]) {
  const known: { readonly path: string; readonly revision: string; readonly version: ProjectVersion }[] = [];
  for (const path of paths) {
    const version = await versionOf(path);
    if (version?.revision === undefined) {
      throw new InputError({
        code: 'build-pattern-version',
        place: { file: path },
        message: `${paths.length} builds match the pattern ${name}, and this one does not say which version it is`,
        expected: 'SYSTEM/etc/quectel-project-version with a Project Rev',
        remedy: 'name the build itself, or a narrower pattern',
      });
    }
    known.push({ path, revision: version.revision, version });
  }
  const [first] = known;
  const other = known.find(({ version }) => version.project !== first?.version.project);
  if (first !== undefined && other !== undefined) {
    throw new InputError({
      code: 'build-pattern-projects',
      place: { file: name },
      message: 'builds of more than one project match the pattern, so that none of them is the newest',
      found: `${first.path} is ${first.version.project ?? 'of no project'}, ${other.path} is ${other.version.project ?? 'of no project'}`,
      remedy: 'name the build itself, or a narrower pattern',
    });
  }
  return known.sort((a, b) => compareNaturally(a.revision, b.revision) || compareBytes(a.path, b.path));
}

/** What a name stands for: itself, or what matches it, without other names for the same file. */
async function buildsNamed(name: string): Promise<readonly string[]> {
  const { folder, rest } = await literalPart(name, process.platform === 'win32');
  if (rest === '' || !fastGlob.isDynamicPattern(rest, syntax)) return [name];
  const found = new Map<string, string>();
  const options = {
    ...syntax,
    cwd: folder === '' ? '.' : folder,
    onlyFiles: false,
    deep: deepestPatternFolders,
    // Links that lead up would be walked in circles.
    followSymbolicLinks: !rest.includes('**'),
  };
  for await (const match of fastGlob.stream(rest, options)) {
    const path = join(folder, String(match));
    const real = await realpath(path).catch(() => path);
    const known = found.get(real);
    if (known === undefined || compareBytes(path, known) < 0) found.set(real, path);
    if (found.size > mostPatternMatches) {
      throw new InputError({
        code: 'build-pattern-many',
        place: { file: name },
        message: 'too many files match the pattern',
        expected: `at most ${mostPatternMatches}`,
        remedy: 'name a narrower pattern, such as releases/*/targetfiles.zip',
      });
    }
  }
  if (found.size === 0) throw noMatch(name);
  return [...found.values()].sort(compareBytes);
}

/**
 * The folders of a name that are there as they are written, and the rest of it: a name that exists wins over its reading as a
 * pattern, also in its folders. Where the host separates names by backslashes, they do so in patterns too.
 */
export async function literalPart(
  name: string,
  backslashes: boolean,
): Promise<{ readonly folder: string; readonly rest: string }> {
  const parts = name.split(backslashes ? /[\\/]/ : '/');
  let folder = '';
  for (const [at, part] of parts.entries()) {
    const path = at === 0 ? part || '/' : join(folder, part);
    if (part !== '' && (await lstat(path).catch(() => undefined)) === undefined) {
      return { folder, rest: parts.slice(at).join('/') };
    }
    folder = path;
  }
  return { folder, rest: '' };
}

function noMatch(name: string): InputError {
  return new InputError({
    code: 'build-pattern-nothing',
    place: { file: name },
    message: 'nothing matches this pattern, and there is nothing of this name',
    expected: 'a build, or a pattern of *, ?, [...] and ** that at least one build matches',
  });
}
