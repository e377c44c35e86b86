import { largestZipMemberBytes, mostZipMembers } from '../../model/limits/formats.js';
import { bufferOf, startsWith, textOf, type View, viewOf } from '../bytes/view.js';
import { inflate } from '../compression/inflate.js';
import { FormatError } from '../format-error.js';
import type { ContainerMember } from './member.js';
import { showMode } from './mode.js';

/** Whether a local file header or an empty archive's end record stands at the start. */
export function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, 'PK\x03\x04') || startsWith(bytes, 'PK\x05\x06');
}

/** The members by the central directory (no zip64). Content is told apart by size and CRC-32, and unpacked only when looked into. */
export function readZip(bytes: Uint8Array): readonly ContainerMember[] {
  const view = viewOf(bytes, true);
  const end = bufferOf(bytes).lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new FormatError('no end of central directory');
  const count = view.u16(end + 10);
  const members: ContainerMember[] = [];
  let at = view.u32(end + 16);
  for (let i = 0; i < Math.min(count, mostZipMembers); i++) {
    if (!startsWith(bytes, 'PK\x01\x02', at)) throw new FormatError(`no central directory entry at ${at}`);
    const method = view.u16(at + 10);
    const crc = view.u32(at + 16);
    const packed = view.u32(at + 20);
    const size = view.u32(at + 24);
    const nameLength = view.u16(at + 28);
    const mode = view.u32(at + 38) >>> 16;
    const local = view.u32(at + 42);
    members.push({
      name: textOf(view.slice(at + 46, nameLength)),
      size,
      identity: `${size} ${crc.toString(16)}`,
      attributes: mode === 0 ? '' : showMode(mode),
      read: () => readMember(view, local, method, packed, size),
    });
    at += 46 + nameLength + view.u16(at + 30) + view.u16(at + 32);
  }
  return members;
}

function readMember(view: View, local: number, method: number, packed: number, size: number): Uint8Array {
  const start = local + 30 + view.u16(local + 26) + view.u16(local + 28);
  const data = view.slice(start, packed);
  if (method === 0) return data;
  if (method !== 8) throw new FormatError(`compression method ${method} is not read here`);
  const plain = inflate(data, Math.min(largestZipMemberBytes, Math.max(1, size))).bytes;
  if (plain.length !== size) throw new FormatError(`${size} bytes were promised, ${plain.length} came out`);
  return plain;
}
