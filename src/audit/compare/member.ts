import type { ContainerMember } from '../../formats/container/member.js';
import { FormatError } from '../../formats/format-error.js';
import type { Inner, InnerMember } from '../../model/inner.js';

/** Looks into one member; containers inside containers are not opened. */
export type Look = (name: string, before: Uint8Array | undefined, after: Uint8Array | undefined) => Inner;

/** The result of comparing two containers' members. */
export interface MembersChange {
  readonly members: readonly InnerMember[];
  readonly omitted: number;
  readonly notes: readonly string[];
}

const memberLimit = 300;
/** A member is looked into up to this size; larger ones are compared by size and digest. */
const lookLimit = 32 * 1024 * 1024;
/** All members together, so that a container of large members stays quick. */
const lookTotal = 96 * 1024 * 1024;

/** Compares members by name. Of two members with one name the later one counts, as for those who unpack. */
export function compareMembers(
  before: readonly ContainerMember[],
  after: readonly ContainerMember[],
  look: Look,
): MembersChange {
  const old = new Map(before.map((member) => [member.name, member]));
  const now = new Map(after.map((member) => [member.name, member]));
  const names = [...new Set([...old.keys(), ...now.keys()])].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const members: InnerMember[] = [];
  const notes: string[] = [];
  if (old.size !== before.length || now.size !== after.length)
    notes.push('a name occurs more than once; the last one counts');
  let omitted = 0;
  let looked = 0;
  for (const name of names) {
    const was = old.get(name);
    const is = now.get(name);
    if (was?.identity === is?.identity && was?.attributes === is?.attributes) continue;
    if (members.length >= memberLimit) {
      omitted++;
      continue;
    }
    const detail =
      was !== undefined && is !== undefined && was.attributes !== is.attributes
        ? `${was.attributes} → ${is.attributes}`
        : undefined;
    let inner: Inner | undefined;
    if (was !== undefined && is !== undefined && was.identity !== is.identity) {
      looked += was.size + is.size;
      if (was.size <= lookLimit && is.size <= lookLimit && looked <= lookTotal) inner = tryLook(name, was, is, look);
    }
    members.push({
      name,
      status: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
      before: was?.size,
      after: is?.size,
      detail,
      inner,
    });
  }
  return { members, omitted, notes };
}

function tryLook(name: string, was: ContainerMember, is: ContainerMember, look: Look): Inner {
  try {
    return look(name, was.read(), is.read());
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { kind: 'binary', summary: 'unreadable', notes: [`cannot be looked into: ${error.message}`] };
  }
}
