import { bufferOf } from '../../formats/bytes/view.js';
import { type GzipStream, isGzip, readGzip } from '../../formats/compression/gzip.js';
import { compressionAt } from '../../formats/compression/kind.js';
import { unpack } from '../../formats/compression/unpack.js';
import { zlibLevel } from '../../formats/compression/zlib-level.js';
import { isCpio, readCpio } from '../../formats/container/cpio.js';
import type { ContainerMember } from '../../formats/container/member.js';
import { isTar, readTar } from '../../formats/container/tar.js';
import { isZip, readZip } from '../../formats/container/zip.js';
import type { Inner, InnerFact } from '../../model/inner.js';
import { largestGzipContentBytes } from '../../model/limits/audit.js';
import { differing, fact } from './fields.js';
import { compareMembers, type Look } from './member.js';

/** A container format: how to tell it, how to list it. */
interface Format {
  readonly kind: 'zip' | 'tar' | 'cpio';
  readonly title: string;
  readonly is: (bytes: Uint8Array) => boolean;
  readonly read: (bytes: Uint8Array) => readonly ContainerMember[];
}

const formats: readonly Format[] = [
  { kind: 'zip', title: 'zip archive', is: isZip, read: readZip },
  { kind: 'tar', title: 'tar archive', is: isTar, read: readTar },
  { kind: 'cpio', title: 'cpio archive', is: isCpio, read: readCpio },
];

/** Compares two containers of the same format member by member; `undefined` when they are no containers, or not of one format. */
export function compareContainers(
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  look: Look,
): Inner | undefined {
  const format = formats.find(
    (each) => (before === undefined || each.is(before)) && (after === undefined || each.is(after)),
  );
  if (format === undefined || (before === undefined && after === undefined)) return undefined;
  const old = before === undefined ? [] : format.read(before);
  const now = after === undefined ? [] : format.read(after);
  const count = (members: readonly ContainerMember[]): string =>
    `${members.length} ${members.length === 1 ? 'member' : 'members'}`;
  const facts = differing([fact('members', before && count(old), after && count(now))]);
  if (before === undefined || after === undefined) return { kind: format.kind, summary: format.title, facts };
  const { members, omitted, notes } = compareMembers(old, now, look);
  return {
    kind: format.kind,
    summary: format.title,
    facts,
    members,
    membersOmitted: omitted === 0 ? undefined : omitted,
    notes: members.length === 0 ? [...notes, 'the members are the same: order, dates or compression differ'] : notes,
  };
}

/** Compares two gzip files: who made them, and what is inside. */
export function compareGzip(
  name: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  look: Look,
): Inner | undefined {
  if ((before !== undefined && !isGzip(before)) || (after !== undefined && !isGzip(after))) return undefined;
  const old = before === undefined ? undefined : readGzip(before, largestGzipContentBytes);
  const now = after === undefined ? undefined : readGzip(after, largestGzipContentBytes);
  const inside = name.replace(/\.tgz$/i, '.tar').replace(/\.(gz|z)$/i, '');
  const facts: readonly InnerFact[] = [
    ...differing([
      fact('unpacked bytes', old && String(old.bytes.length), now && String(now.bytes.length)),
      fact('stored name', old?.name, now?.name),
      fact('stored time', old && showTime(old.time), now && showTime(now.time)),
    ]),
    compressorFact('compressor', old, now),
  ];
  const summary = 'gzip';
  if (old === undefined || now === undefined) return { kind: 'gzip', summary, facts };
  const notes =
    old.length < (before?.length ?? 0) || now.length < (after?.length ?? 0)
      ? ['only the first gzip member is looked into: other bytes follow it']
      : [];
  if (bufferOf(old.bytes).equals(now.bytes))
    return { kind: 'gzip', summary, facts, notes: [...notes, 'what is inside is the same'] };
  const inner = look(inside, old.bytes, now.bytes);
  return {
    kind: 'gzip',
    summary,
    facts,
    members: [{ name: inside, status: 'changed', before: old.bytes.length, after: now.bytes.length, inner }],
    notes,
  };
}

function showTime(seconds: number): string {
  return seconds === 0 ? 'none' : new Date(seconds * 1000).toISOString();
}

/** Who compressed a stream, for people. */
export function compressorOf(stream: GzipStream): { readonly name: string; readonly byZlib: boolean } {
  const level = zlibLevel(stream.deflated, stream.bytes);
  if (level !== undefined) return { name: `zlib, level ${level}`, byZlib: true };
  return { name: 'not zlib (GNU gzip, pigz or another)', byZlib: false };
}

/** The compressor on both sides, and what it means for the package. */
export function compressorFact(label: string, old: GzipStream | undefined, now: GzipStream | undefined): InnerFact {
  const was = old && compressorOf(old);
  const is = now && compressorOf(now);
  const foreign = [was, is].some((each) => each !== undefined && !each.byZlib);
  return fact(
    label,
    was?.name,
    is?.name,
    undefined,
    foreign
      ? 'the device cannot make these bytes again, so a patch has to treat them as random: compressed by zlib on both sides it would be several times smaller'
      : 'the device can make these bytes again, so a patch can work on what is inside',
  );
}

/** Compares two files of one other compression (xz, LZMA, zstd, lz4, bzip2, LZO) by what is inside; `undefined` when they are none. */
export function compareCompressed(
  name: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  look: Look,
): Inner | undefined {
  const sides = [before, after].filter((side) => side !== undefined);
  const kind = sides[0] && compressionAt(sides[0]);
  if (kind === undefined || kind === 'gzip' || !sides.every((side) => compressionAt(side) === kind)) return undefined;
  const old = before === undefined ? undefined : unpack(before, largestGzipContentBytes);
  const now = after === undefined ? undefined : unpack(after, largestGzipContentBytes);
  const facts = differing([fact('unpacked bytes', old && String(old.length), now && String(now.length))]);
  const summary = `${kind} data`;
  if (old === undefined || now === undefined) return { kind: 'compressed', summary, facts };
  if (bufferOf(old).equals(now)) return { kind: 'compressed', summary, facts, notes: ['what is inside is the same'] };
  const inside = name.replace(/\.(xz|lzma|zst|lz4|bz2|lzo)$/i, '');
  const inner = look(inside, old, now);
  return {
    kind: 'compressed',
    summary,
    facts,
    members: [{ name: inside, status: 'changed', before: old.length, after: now.length, inner }],
  };
}
