/**
 * Looks into flash images: the volumes of an UBI image, and the files of each UBIFS. They are read by position, as a rescue or a
 * build reads them, so this alone of the comparisons has to be waited for.
 */
import { isUbi } from '../../formats/ubi/headers.js';
import { readUbi, type UbiImage, type UbiVolume } from '../../formats/ubi/image.js';
import { isUbifs } from '../../formats/ubifs/nodes.js';
import { memorySource } from '../../model/byte-source.js';
import type { Inner, InnerFact } from '../../model/inner.js';
import { displayName } from '../../model/path.js';
import { differing, fact } from './fields.js';
import { type FlashContent, faultOf, readBudget, readFileSystem, readVolume } from './flash-content.js';
import { compareStoredMembers, type Look, type StoredMember } from './member.js';

/** Whether an UBI or UBIFS image begins here. */
export function isFlashImage(bytes: Uint8Array): boolean {
  return isUbi(bytes) || isUbifs(bytes);
}

/** Compares two flash images of one kind by volumes, and by the files of those that both have; `undefined` when they are none. One side may be missing. */
export async function compareFlash(
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  look: Look,
): Promise<Inner | undefined> {
  const sides = [before, after].filter((side) => side !== undefined);
  if (sides.length === 0) return undefined;
  if (sides.every(isUbi)) return compareUbi(before, after, look);
  if (!sides.every(isUbifs)) return undefined;
  const kind = 'ubi';
  const summary = 'UBIFS image';
  if (before === undefined || after === undefined) return { kind, summary };
  const old = await readFileSystem(before, readBudget());
  const now = await readFileSystem(after, readBudget());
  return { kind, summary, ...(await compareContents([old], [now], look)) };
}

async function compareUbi(before: Uint8Array | undefined, after: Uint8Array | undefined, look: Look): Promise<Inner> {
  const notes: string[] = [];
  const open = async (bytes: Uint8Array | undefined, side: string): Promise<UbiImage | undefined> => {
    try {
      return bytes && (await readUbi(memorySource(`the ${side} image`, bytes)));
    } catch (error) {
      notes.push(`the ${side} image cannot be read: ${faultOf(error)}`);
      return undefined;
    }
  };
  const old = await open(before, 'old');
  const now = await open(after, 'new');
  const plain = (label: string, pick: (image: UbiImage) => string): InnerFact =>
    fact(label, old && pick(old), now && pick(now));
  const names = [...new Set([...(old?.volumes ?? []), ...(now?.volumes ?? [])].map((volume) => volume.name))];
  const find = (image: UbiImage | undefined, name: string): UbiVolume | undefined =>
    image?.volumes.find((volume) => volume.name === name);
  const shown = (volume: UbiVolume | undefined): string | undefined => volume && showVolume(volume);
  const facts = differing([
    plain('erase block', (image) => `${image.geometry.eraseBlock} bytes`),
    plain('erase blocks', (image) => String(image.eraseBlocks)),
    plain('image sequence', (image) => image.imageSequence.toString(16).padStart(8, '0')),
    ...names.map((name) => fact(`volume ${displayName(name)}`, shown(find(old, name)), shown(find(now, name)))),
  ]);
  const findings = [...(old?.findings ?? []), ...(now?.findings ?? [])].filter(
    ({ severity }) => severity !== 'information',
  );
  notes.push(...new Set(findings.slice(0, 20).map(({ message }) => message)));
  const both = names.flatMap((name) => {
    const pair = [find(old, name), find(now, name)] as const;
    return pair[0] === undefined || pair[1] === undefined ? [] : [[pair[0], pair[1]] as const];
  });
  const contents = await compareContents(
    await readAll(both.map(([was]) => was)),
    await readAll(both.map(([, is]) => is)),
    look,
  );
  return {
    kind: 'ubi',
    summary: `UBI image, ${(now ?? old)?.volumes.length ?? 0} volumes`,
    facts,
    ...contents,
    notes: [...notes, ...contents.notes],
  };
}

async function readAll(volumes: readonly UbiVolume[]): Promise<readonly FlashContent[]> {
  const contents: FlashContent[] = [];
  const budget = readBudget();
  for (const volume of volumes) contents.push(await readVolume(volume, budget));
  return contents;
}

/** Volumes side by side; one that cannot be read on one side is left out, for all of its files would seem to have come or gone. */
async function compareContents(
  before: readonly FlashContent[],
  after: readonly FlashContent[],
  look: Look,
): Promise<Pick<Inner, 'members' | 'membersOmitted'> & { readonly notes: readonly string[] }> {
  const old: StoredMember[] = [];
  const now: StoredMember[] = [];
  for (const [index, was] of before.entries()) {
    const is = after[index];
    if (was.members === undefined || is?.members === undefined) continue;
    for (const member of was.members) old.push(member);
    for (const member of is.members) now.push(member);
  }
  const { members, omitted, notes } = await compareStoredMembers(old, now, look);
  const said = new Set([...before, ...after].flatMap((content) => content.notes));
  return { members, membersOmitted: omitted === 0 ? undefined : omitted, notes: [...notes, ...said] };
}

function showVolume(volume: UbiVolume): string {
  const grows = volume.autoResize ? ', grows to the end' : '';
  return `${volume.kind}, ${volume.reservedBlocks} blocks reserved, ${volume.mapped.length} present${grows}`;
}
