/**
 * Finds source files that a target file may be patched from.
 *
 * A base must be something that the package may rely on: a source file of a chosen part that is not kept, not empty,
 * not build.prop, and does not have to make way early (a file that becomes a directory). What it does not do: it never
 * offers a file that the package itself patches in place as the base of another file that exists in the source, so
 * the readers of a file can always be put before its writer (see plan/order).
 */
import type { Build, Content } from '../model/build.js';
import type { Sha1 } from '../model/digest.js';
import type { Base, BaseKind } from '../model/operation.js';
import { type BuildPath, baseName, compareBytes } from '../model/path.js';
import { type Candidate, CandidateGroups, candidatesOf } from './candidates.js';
import { PlaceCounts, Places, withSign } from './place-counts.js';
import type { Scope } from './scope.js';
import { type Sketch, sharedParts } from './sketch.js';

/** Which kinds of bases may be used beside the file at the same path. */
export interface Levers {
  /** Same or similar content at a path that goes away. */
  readonly moves: boolean;
  /** Same content at a path that stays. */
  readonly copies: boolean;
  /** Similar files anywhere. */
  readonly crossBases: boolean;
  /** How many bases may be tried for one file. */
  readonly basesPerFile: number;
}

/** Looks bases up for target files. */
export interface BaseFinder {
  /** Bases for a target file, most promising first. `inSource` says whether the source has a file at the target's path. */
  find(path: BuildPath, target: Content, inSource: boolean): readonly Base[];
}

/** A name with its version numbers taken out: `libssl.so.1.1` and `libssl.so.3` are both `libssl.so`. */
export function nameStem(path: string): string {
  return baseName(path)
    .replace(/[-_.]?v?\d+([-_.+~]\d+)*/g, '')
    .toLowerCase();
}

/** How many parts, from the top, two paths have in common. */
function sharedLead(a: string, b: string): number {
  let parts = 0;
  for (let at = 0; ; at += 1) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    const [endsA, endsB] = [at >= a.length || x === slash, at >= b.length || y === slash];
    if (endsA && endsB) parts += 1;
    if ((endsA || endsB ? endsA !== endsB : x !== y) || at >= a.length || at >= b.length) return parts;
  }
}

const slash = 0x2f;

/** A base may be sixteen times as large as its target, and so many bytes larger: indexing it costs time and memory. */
const freeBaseBytes = 256 * 1024;

/** Whether a file is neither far too small nor far too large to be tried as a base. */
export function isOfFittingSize(base: Content, target: Content): boolean {
  return base.size >= target.size / 16 && base.size <= target.size * 16 + freeBaseBytes;
}

/** From this size on a file that is like no other may be packed by bzip2, as a patch of some file, instead of by deflate. */
const smallestCarried = 4096;

/** A part that more files than this have in common says nothing. */
const commonPart = 40;

/** Of the files that share parts, this many are compared closely. */
const closelyCompared = 12;

const fateOrder = { removed: 0, stays: 1, changed: 2 } as const;

/** The hashes, with signs, of files that are new or changed at their path: of no others is a base ever sought. */
function hashesOfFresh(source: Build, target: Build, sketches: ReadonlyMap<Sha1, Sketch>): ReadonlySet<number> {
  const asked = new Set<number>();
  for (const [path, entry] of target.entries) {
    if (entry.kind !== 'file') continue;
    const before = source.entries.get(path);
    if (before?.kind === 'file' && before.content.sha1 === entry.content.sha1) continue;
    for (const hash of sketches.get(entry.content.sha1)?.hashes ?? []) asked.add(withSign(hash));
  }
  return asked;
}

/** Prepares the look-up. `sketches` are by content digest; files without one are found by name alone. */
export function baseFinder(
  source: Build,
  target: Build,
  scope: Scope,
  levers: Levers,
  sketches: ReadonlyMap<Sha1, Sketch>,
): BaseFinder {
  const candidates = candidatesOf(source, target, scope);
  const byContent = new CandidateGroups(candidates, ({ entry }) => entry.content.sha1);
  const contentAndName = (sha1: Sha1, path: BuildPath): string => `${sha1} ${baseName(path)}`;
  const byBoth = new CandidateGroups(candidates, ({ entry }) => contentAndName(entry.content.sha1, entry.path));
  const byName = new CandidateGroups(candidates, ({ entry }) => baseName(entry.path));
  const byStem = new CandidateGroups(candidates, ({ entry }) => nameStem(entry.path));
  /** Places among the candidates, by hash. */
  const byPart = new Places();
  if (levers.crossBases || levers.moves) {
    const asked = hashesOfFresh(source, target, sketches);
    for (const [place, candidate] of candidates.entries()) {
      for (const hash of sketches.get(candidate.entry.content.sha1)?.hashes ?? []) {
        if (asked.has(withSign(hash))) byPart.add(hash, place);
      }
    }
  }

  const counts = new PlaceCounts(candidates.length);

  const usable = (candidate: Candidate, path: BuildPath, inSource: boolean, same: boolean): boolean => {
    if (candidate.entry.path === path) return false;
    if (candidate.fate === 'changed' && inSource) return false;
    if (candidate.fate === 'removed') return levers.moves;
    return same ? levers.copies : levers.crossBases;
  };
  const toBase = (candidate: Candidate, kind: BaseKind): Base => ({
    path: candidate.entry.path,
    content: candidate.entry.content,
    kind,
    stays: candidate.fate === 'stays',
  });

  const [carrier] = levers.crossBases
    ? candidates
        .filter(({ fate }) => fate === 'stays')
        .sort((a, b) => a.entry.content.size - b.entry.content.size || compareBytes(a.entry.path, b.entry.path))
    : [];

  return {
    find(path, content, inSource) {
      const leads = new Map<Candidate, number>();
      const leadOf = (candidate: Candidate): number => {
        const known = leads.get(candidate);
        if (known !== undefined) return known;
        const lead = sharedLead(candidate.entry.path, path);
        leads.set(candidate, lead);
        return lead;
      };
      const rank = (a: Candidate, b: Candidate): number =>
        fateOrder[a.fate] - fateOrder[b.fate] ||
        leadOf(b) - leadOf(a) ||
        Math.abs(a.entry.content.size - content.size) - Math.abs(b.entry.content.size - content.size) ||
        compareBytes(a.entry.path, b.entry.path);
      const same = [...byBoth.near(contentAndName(content.sha1, path), path), ...byContent.near(content.sha1, path)]
        .filter((candidate) => usable(candidate, path, inSource, true))
        .sort(
          (a, b) =>
            fateOrder[a.fate] - fateOrder[b.fate] ||
            Number(baseName(b.entry.path) === baseName(path)) - Number(baseName(a.entry.path) === baseName(path)) ||
            rank(a, b),
        );
      const [identical] = same;
      if (identical !== undefined) return [toBase(identical, 'same-content')];

      const found = new Map<BuildPath, Base>();
      const fits = (candidate: Candidate): boolean =>
        usable(candidate, path, inSource, false) && isOfFittingSize(candidate.entry.content, content);
      const sketch = sketches.get(content.sha1);
      for (const hash of sketch?.hashes ?? []) byPart.count(hash, commonPart, counts);
      const shared = new Map<Candidate, number>();
      counts.take((place, count) => {
        const candidate = candidates[place];
        if (candidate !== undefined) shared.set(candidate, count);
      });
      const alike = [...shared.keys()]
        .filter(fits)
        .sort((a, b) => (shared.get(b) ?? 0) - (shared.get(a) ?? 0) || rank(a, b))
        .slice(0, closelyCompared)
        .map((candidate) => ({
          candidate,
          share: sharedParts(sketch, sketches.get(candidate.entry.content.sha1)),
        }))
        .filter(({ share }) => share >= 0.02)
        .sort((a, b) => b.share - a.share || rank(a.candidate, b.candidate))
        .slice(0, levers.basesPerFile);
      const named = [
        ...byName.near(baseName(path), path),
        ...(nameStem(path).length >= 3 ? byStem.near(nameStem(path), path) : []),
      ]
        .filter(fits)
        .sort(rank);
      // The best by content first, then the best by name, then what is left of both.
      for (const { candidate } of alike.slice(0, 1)) found.set(candidate.entry.path, toBase(candidate, 'similar'));
      for (const candidate of named.slice(0, 1)) found.set(candidate.entry.path, toBase(candidate, 'renamed'));
      for (const { candidate } of alike) found.set(candidate.entry.path, toBase(candidate, 'similar'));
      for (const candidate of named) found.set(candidate.entry.path, toBase(candidate, 'renamed'));
      if (found.size === 0 && carrier !== undefined && content.size >= smallestCarried && !inSource)
        return [toBase(carrier, 'unrelated')];
      return [...found.values()].slice(0, levers.basesPerFile);
    },
  };
}
