import { longestElfNameBytes, mostDynamicEntries } from '../../model/limits/formats.js';
import { FormatError } from '../format-error.js';
import type { ElfImage, Segment } from './image.js';

/** Where the dynamic linker's tables lie: values by tag, strings, and the file offset of an address. */
export interface DynamicTable {
  readonly values: ReadonlyMap<number, readonly number[]>;
  /** The first value of a tag. */
  first(tag: number): number | undefined;
  /** A string of the dynamic string table. */
  string(offset: number): string;
  /** The file offset of an address in a LOAD segment. */
  offsetOf(address: number): number;
}

/** Tags of the dynamic section (System V ABI and its GNU extensions). */
export const tag = {
  needed: 1,
  hash: 4,
  strtab: 5,
  symtab: 6,
  strsz: 10,
  soname: 14,
  rpath: 15,
  debug: 21,
  bindNow: 24,
  runpath: 29,
  flags: 30,
  gnuHash: 0x6ffffef5,
  versym: 0x6ffffff0,
  flags1: 0x6ffffffb,
  verdef: 0x6ffffffc,
  verdefnum: 0x6ffffffd,
  verneed: 0x6ffffffe,
  verneednum: 0x6fffffff,
} as const;

/** All names together, as often as they are named: symbols may share one long name. */
const nameTotal = 64 * 1024 * 1024;

/** Reads the PT_DYNAMIC segment; `undefined` for a file without one. */
export function readDynamic(image: ElfImage): DynamicTable | undefined {
  const segment = image.segments.find((each) => each.type === 2);
  if (segment === undefined) return undefined;
  const wide = image.bits === 64;
  const { view } = image;
  const size = wide ? 16 : 8;
  const values = new Map<number, number[]>();
  const count = Math.min(mostDynamicEntries, Math.floor(segment.fileSize / size));
  for (let i = 0; i < count; i++) {
    const at = segment.offset + i * size;
    // tags are signed in the ABI; those that matter fit 32 bits
    const key = wide ? view.u32(image.littleEndian ? at : at + 4) : view.u32(at);
    if (key === 0) break;
    let value: number;
    if (wide) {
      const low = view.u32(image.littleEndian ? at + 8 : at + 12);
      const high = view.u32(image.littleEndian ? at + 12 : at + 8);
      value = high * 2 ** 32 + low;
    } else {
      value = view.u32(at + 4);
    }
    const list = values.get(key);
    if (list === undefined) values.set(key, [value]);
    else list.push(value);
  }
  const first = (key: number): number | undefined => values.get(key)?.[0];
  const offsetOf = (address: number): number => offsetIn(image.segments, address);
  const strings = first(tag.strtab);
  let named = 0;
  return {
    values,
    first,
    offsetOf,
    string(offset) {
      if (strings === undefined) throw new FormatError('the dynamic section names no string table');
      const length = first(tag.strsz) ?? longestElfNameBytes;
      if (offset >= length)
        throw new FormatError(`a name at ${offset} lies outside of the string table of ${length} bytes`);
      const name = view.text(offsetOf(strings) + offset, Math.min(longestElfNameBytes, length - offset));
      named += name.length;
      if (named > nameTotal) throw new FormatError(`its names are more than ${nameTotal} bytes`);
      return name;
    },
  };
}

function offsetIn(segments: readonly Segment[], address: number): number {
  for (const segment of segments) {
    if (segment.type === 1 && address >= segment.address && address < segment.address + segment.fileSize) {
      return segment.offset + (address - segment.address);
    }
  }
  throw new FormatError(`the address 0x${address.toString(16)} lies in no loaded segment`);
}
