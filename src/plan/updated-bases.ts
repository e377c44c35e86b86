/**
 * Finds files of the target that other files of the target are better patched from than from anything in the source: two programs of one
 * package, built by the same compiler from much of the same code, resemble each other more than their own earlier versions.
 *
 * Such a base is there once the package has patched it itself, and stays as it is from then on. Its own check, before anything is
 * changed, says that it is there or can be made, so a new path that is patched from it needs no check of its own. Each file gets one such base at
 * most, and no file leads back to itself, so that the patches can be put in an order.
 */
import type { Content } from '../model/build.js';
import type { Decision, Reason } from '../model/decision.js';
import type { Sha1 } from '../model/digest.js';
import { sdx6x } from '../model/layout.js';
import type { Base, DeltaOperation, EncodeFile } from '../model/operation.js';
import { type BuildPath, compareBytes } from '../model/path.js';
import { isOfFittingSize } from './bases.js';
import { PlaceCounts, Places } from './place-counts.js';
import { type Sketch, sharedParts } from './sketch.js';

/** A content of the target that is to be encoded, at one path or several. */
interface Member {
  readonly content: Content;
  readonly sketch: Sketch;
  /** In byte order of their paths. */
  readonly operations: readonly EncodeFile[];
  /** The first path at which it is patched, in all likelihood, from a file of the source. */
  readonly patched: EncodeFile | undefined;
  /** What of it its bases in the source have, as far as sketches tell. */
  readonly fromSource: number;
}

/** That a member has much of another. */
interface Kinship {
  readonly member: number;
  readonly base: number;
  readonly share: number;
  /** About how many bytes it has of the base and not of the source. */
  readonly gain: number;
}

/** Files that are sent whole for another reason than that nothing resembles them must stay whole. */
const offered: ReadonlySet<Reason> = new Set<Reason>([
  'content-differs',
  'patched-from-similar',
  'patched-from-unrelated',
  'new-without-base',
]);

/** Hashes that more members than this have in common say nothing. */
const commonPart = 100;

/** Of the members that share parts, so many are compared closely. */
const closelyCompared = 8;

/**
 * Which kinships are tried, by measurement: below a quarter the sketches of programs say little, and a tenth more than the source has, or
 * 3,000 bytes, is what the copy of a base on the device takes back.
 */
const least = { share: 0.25, more: 0.1, gain: 3000 } as const;

/** Where the source leaves at least so many times as much to be sent as the updated base, the source is not tried: it was never better. */
const farBetter = 2;

/** The decisions, with an updated base for the files that have one. `basesPerFile` is as in the levers. */
export function withUpdatedBases(
  decisions: ReadonlyMap<BuildPath, Decision<DeltaOperation>>,
  sketches: ReadonlyMap<Sha1, Sketch>,
  basesPerFile: number,
): ReadonlyMap<BuildPath, Decision<DeltaOperation>> {
  const members = membersOf(decisions, sketches);
  const chosen = new Map<EncodeFile, EncodeFile>();
  for (const kinship of chooseKinships(kinshipsOf(members), members.length)) {
    const [member, base] = [members[kinship.member], members[kinship.base]];
    if (member === undefined || base?.patched === undefined) continue;
    for (const op of member.operations)
      chosen.set(op, withBase(op, base.patched, member.fromSource, kinship.share, basesPerFile));
  }
  if (chosen.size === 0) return decisions;
  return new Map(
    [...decisions].map(([path, decision]) => [
      path,
      {
        ...decision,
        operations: decision.operations.map((op) => (op.kind === 'encode-file' ? (chosen.get(op) ?? op) : op)),
      },
    ]),
  );
}

function membersOf(
  decisions: ReadonlyMap<BuildPath, Decision<DeltaOperation>>,
  sketches: ReadonlyMap<Sha1, Sketch>,
): readonly Member[] {
  const byContent = new Map<Sha1, EncodeFile[]>();
  for (const { reason, operations } of decisions.values()) {
    if (!offered.has(reason)) continue;
    for (const op of operations) {
      if (op.kind !== 'encode-file' || op.path === sdx6x.buildProp) continue;
      const found = byContent.get(op.target.sha1);
      if (found === undefined) byContent.set(op.target.sha1, [op]);
      else found.push(op);
    }
  }
  const members: Member[] = [];
  for (const [sha1, found] of byContent) {
    const sketch = sketches.get(sha1);
    const [first] = found;
    if (sketch === undefined || first === undefined || sketch.hashes.length === 0) continue;
    const operations = found.sort((a, b) => compareBytes(a.path, b.path));
    const patched = operations.find(({ bases }) => bases.some(({ kind }) => kind !== 'unrelated'));
    const bases = new Set(operations.flatMap((op) => op.bases.map(({ content }) => content.sha1)));
    let fromSource = 0;
    for (const base of bases) fromSource = Math.max(fromSource, sharedParts(sketch, sketches.get(base)));
    members.push({ content: first.target, sketch, operations, patched, fromSource });
  }
  return members.sort((a, b) => (a.content.sha1 < b.content.sha1 ? -1 : 1));
}

/** Every kinship worth trying, the one that saves most first. */
function kinshipsOf(members: readonly Member[]): readonly Kinship[] {
  const having = new Places();
  for (const [at, { sketch }] of members.entries()) for (const hash of sketch.hashes) having.add(hash, at);
  const counts = new PlaceCounts(members.length);
  const kinships: Kinship[] = [];
  for (const [at, { content, sketch, fromSource }] of members.entries()) {
    for (const hash of sketch.hashes) having.count(hash, commonPart, counts);
    const shared: [number, number][] = [];
    counts.take((other, count) => {
      if (other !== at) shared.push([other, count]);
    });
    const closest = shared.sort(([a, x], [b, y]) => y - x || a - b).slice(0, closelyCompared);
    for (const [base] of closest) {
      const other = members[base];
      if (other?.patched === undefined || !isOfFittingSize(other.content, content)) continue;
      const share = sharedParts(sketch, other.sketch);
      const gain = content.size * (share - fromSource);
      if (share >= least.share && share - fromSource >= least.more && gain >= least.gain)
        kinships.push({ member: at, base, share, gain });
    }
  }
  return kinships.sort((a, b) => b.gain - a.gain || a.member - b.member || a.base - b.base);
}

/** Of the kinships in their order, one for each member at most, and none that closes a circle. */
function chooseKinships(kinships: readonly Kinship[], members: number): readonly Kinship[] {
  /** Members that lead to one another point to one of them. */
  const group = Array.from({ length: members }, (_, at) => at);
  const groupOf = (member: number): number => {
    let at = member;
    for (let next = group[at] ?? at; next !== at; next = group[at] ?? at) {
      group[at] = group[next] ?? next;
      at = next;
    }
    return at;
  };
  const hasBase = new Set<number>();
  return kinships.filter(({ member, base }) => {
    if (hasBase.has(member) || groupOf(member) === groupOf(base)) return false;
    hasBase.add(member);
    group[groupOf(member)] = groupOf(base);
    return true;
  });
}

function withBase(
  op: EncodeFile,
  { path, target: content }: EncodeFile,
  fromSource: number,
  share: number,
  basesPerFile: number,
): EncodeFile {
  const base: Base = { path, content, kind: 'updated', stays: true };
  const isFarBetter = 1 - fromSource >= farBetter * (1 - share);
  const others = isFarBetter
    ? []
    : op.bases
        .filter((other) => other.path !== path && other.kind !== 'unrelated')
        .slice(0, Math.max(1, basesPerFile - 1));
  return { ...op, bases: [...others, base], otherwise: op.bases };
}
