import { sha1Of } from '../../model/digest.js';
import { longestTarRecordLength, mostMembers } from '../../model/limits/formats.js';
import { bufferOf, startsWith, textOf, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import type { ContainerMember } from './member.js';
import { showMode } from './mode.js';

const block = 512;

const typeBits: ReadonlyMap<string, number> = new Map([
  ['0', 0o100000],
  ['\0', 0o100000],
  ['7', 0o100000],
  ['1', 0o100000],
  ['2', 0o120000],
  ['3', 0o020000],
  ['4', 0o060000],
  ['5', 0o040000],
  ['6', 0o010000],
]);

/** Whether a POSIX or GNU tar header stands at the start. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= block && startsWith(bytes, 'ustar', 257);
}

/** The members of a tar archive; long names in GNU's and in POSIX's form. Sparse files are listed by their stored bytes. */
export function readTar(bytes: Uint8Array): readonly ContainerMember[] {
  const view = viewOf(bytes, true);
  const members: ContainerMember[] = [];
  let longName: string | undefined;
  let longLink: string | undefined;
  for (let at = 0; at + block <= bytes.length; ) {
    const header = view.slice(at, block);
    if (header.every((byte) => byte === 0)) break;
    checkSum(header, at);
    const size = octal(header, 124, 12, at);
    const type = String.fromCharCode(header[156] ?? 0);
    const content = view.slice(at + block, size);
    at += block + Math.ceil(size / block) * block;
    if (type === 'L') {
      longName = viewOf(content, true).text(0, 65_536);
      continue;
    }
    if (type === 'K') {
      longLink = viewOf(content, true).text(0, 65_536);
      continue;
    }
    if (type === 'x') {
      longName = paxValue(content, 'path') ?? longName;
      longLink = paxValue(content, 'linkpath') ?? longLink;
      continue;
    }
    if (type === 'g') continue;
    if (members.length >= mostMembers) throw new FormatError(`more than ${mostMembers} members`);
    const head = viewOf(header, true);
    const prefix = startsWith(header, 'ustar\0', 257) ? head.text(345, 155) : '';
    const name = longName ?? `${prefix === '' ? '' : `${prefix}/`}${head.text(0, 100)}`;
    const link = type === '1' || type === '2' ? (longLink ?? head.text(157, 100)) : undefined;
    const mode = octal(header, 100, 8, at) | (typeBits.get(type) ?? 0);
    const owner = `${octal(header, 108, 8, at)}:${octal(header, 116, 8, at)}`;
    const attributes = `${showMode(mode)} ${owner}${link === undefined ? '' : ` -> ${link}`}`;
    members.push({ name, size, identity: `${size} ${sha1Of(content)}`, attributes, read: () => content });
    longName = undefined;
    longLink = undefined;
  }
  return members;
}

function checkSum(header: Uint8Array, at: number): void {
  const stated = octal(header, 148, 8, at);
  let sum = 0;
  header.forEach((byte, i) => {
    sum += i >= 148 && i < 156 ? 0x20 : byte;
  });
  if (sum !== stated) throw new FormatError(`the tar header at ${at} has a wrong checksum`);
}

/** A number of a header: octal digits, or GNU's base 256 when the first bit is set. */
function octal(header: Uint8Array, from: number, length: number, at: number): number {
  const field = header.subarray(from, from + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    let value = (field[0] ?? 0) & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    if (!Number.isSafeInteger(value)) throw new FormatError(`a number in the tar header at ${at} is too large`);
    return value;
  }
  const text = textOf(field.subarray(0, field.indexOf(0) < 0 ? length : field.indexOf(0))).trim();
  if (text === '') return 0;
  if (!/^[0-7]+$/.test(text)) throw new FormatError(`the tar header at ${at} holds no octal number`);
  return Number.parseInt(text, 8);
}

/** A value of a pax record: `LENGTH key=value\n`, the length counting the whole record. */
function paxValue(content: Uint8Array, key: string): string | undefined {
  const text = bufferOf(content);
  for (let at = 0; at < text.length; ) {
    // each search ends with its record, so that many short records cost no more than their bytes
    const digits = text.subarray(at, at + longestTarRecordLength).indexOf(0x20);
    if (digits < 0) return undefined;
    const length = Number.parseInt(text.toString('latin1', at, at + digits), 10);
    if (!Number.isSafeInteger(length) || length <= digits) return undefined;
    const record = text.subarray(at, at + length);
    const equals = record.indexOf(0x3d, digits);
    if (equals > 0 && record.toString('latin1', digits + 1, equals) === key) {
      return textOf(record.subarray(equals + 1, length - 1));
    }
    at += length;
  }
  return undefined;
}
