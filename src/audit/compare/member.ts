import type { ContainerMember } from '../../formats/container/member.js';
import { FormatError } from '../../formats/format-error.js';
import type { Inner, InnerMember } from '../../model/inner.js';
import { largestMemberBytes, mostMembersShown } from '../../model/limits/audit.js';

/** Looks into one member; containers inside containers are not opened. */
export type Look = (name: string, before: Uint8Array | undefined, after: Uint8Array | undefined) => Inner;

/** The result of comparing two containers' members. */
export interface MembersChange {
  readonly members: readonly InnerMember[];
  readonly omitted: number;
  readonly notes: readonly string[];
}

/** All members together, so that a container of large members stays quick. */
const lookTotal = 96 * 1024 * 1024;

/** A member whose content is read later, from an image that is read by position. May reject with FormatError. */
export interface StoredMember extends Omit<ContainerMember, 'read'> {
  readonly read: () => Promise<Uint8Array>;
}

/** A member that differs. */
interface Pair<Member> {
  readonly name: string;
  readonly was: Member | undefined;
  readonly is: Member | undefined;
  /** Both sides, where their contents differ and are to be looked into. */
  readonly contents: readonly [Member, Member] | undefined;
}

/** Compares members by name. Of two members with one name the later one counts, as for those who unpack. */
export function compareMembers(
  before: readonly ContainerMember[],
  after: readonly ContainerMember[],
  look: Look,
): MembersChange {
  const { pairs, omitted, notes } = pairsOf(before, after);
  const members = pairs.map((pair) => memberOf(pair, pair.contents && lookNow(pair.name, pair.contents, look)));
  return { members, omitted, notes };
}

/** The same for members that are read later, one pair at a time. */
export async function compareStoredMembers(
  before: readonly StoredMember[],
  after: readonly StoredMember[],
  look: Look,
): Promise<MembersChange> {
  const { pairs, omitted, notes } = pairsOf(before, after);
  const members: InnerMember[] = [];
  for (const pair of pairs)
    members.push(memberOf(pair, pair.contents && (await lookLater(pair.name, pair.contents, look))));
  return { members, omitted, notes };
}

function pairsOf<Member extends Omit<ContainerMember, 'read'>>(
  before: readonly Member[],
  after: readonly Member[],
): { readonly pairs: readonly Pair<Member>[]; readonly omitted: number; readonly notes: readonly string[] } {
  const old = new Map(before.map((member) => [member.name, member]));
  const now = new Map(after.map((member) => [member.name, member]));
  const names = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const pairs: Pair<Member>[] = [];
  const notes: string[] = [];
  if (old.size !== before.length || now.size !== after.length)
    notes.push('a name occurs more than once; the last one counts');
  let omitted = 0;
  let looked = 0;
  for (const name of names) {
    const was = old.get(name);
    const is = now.get(name);
    if (was?.identity === is?.identity && was?.attributes === is?.attributes) continue;
    if (pairs.length >= mostMembersShown) {
      omitted++;
      continue;
    }
    let contents: readonly [Member, Member] | undefined;
    if (was !== undefined && is !== undefined && was.identity !== is.identity) {
      looked += was.size + is.size;
      if (was.size <= largestMemberBytes && is.size <= largestMemberBytes && looked <= lookTotal) contents = [was, is];
    }
    pairs.push({ name, was, is, contents });
  }
  return { pairs, omitted, notes };
}

function memberOf({ name, was, is }: Pair<Omit<ContainerMember, 'read'>>, inner: Inner | undefined): InnerMember {
  const detail =
    was !== undefined && is !== undefined && was.attributes !== is.attributes
      ? `${was.attributes} → ${is.attributes}`
      : undefined;
  return {
    name,
    status: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
    before: was?.size,
    after: is?.size,
    detail,
    inner,
  };
}

async function lookLater(name: string, [was, is]: readonly [StoredMember, StoredMember], look: Look): Promise<Inner> {
  try {
    return look(name, await was.read(), await is.read());
  } catch (error) {
    return unreadable(error);
  }
}

function lookNow(name: string, [was, is]: readonly [ContainerMember, ContainerMember], look: Look): Inner {
  try {
    return look(name, was.read(), is.read());
  } catch (error) {
    return unreadable(error);
  }
}

function unreadable(error: unknown): Inner {
  if (!(error instanceof FormatError)) throw error;
  return { kind: 'binary', summary: 'unreadable', notes: [`cannot be looked into: ${error.message}`] };
}
