import { mostElfSections, mostElfSegments } from '../../model/limits/formats.js';
import { startsWith, type View, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';

/** A program header; offsets and sizes are bytes in the file, `address` and `memory` in memory. */
export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memory: number;
}

/** A section header with its name. */
export interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly entrySize: number;
}

/** The tables of an ELF file. The section table may be missing or broken without the rest being so. */
export interface ElfImage {
  readonly view: View;
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
  readonly notes: readonly string[];
}

/** Whether the bytes begin like an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return startsWith(bytes, '\x7fELF');
}

/** Reads the header and both tables. Throws FormatError when the header is none; table faults become notes. */
export function readElf(bytes: Uint8Array): ElfImage {
  const ident = viewOf(bytes, true);
  if (!isElf(bytes)) throw new FormatError('no ELF magic');
  const classByte = ident.u8(4);
  const dataByte = ident.u8(5);
  if (classByte !== 1 && classByte !== 2) throw new FormatError(`ELF class ${classByte} is neither 32 nor 64 bit`);
  if (dataByte !== 1 && dataByte !== 2) throw new FormatError(`ELF data encoding ${dataByte} is neither byte order`);
  const bits = classByte === 1 ? 32 : 64;
  const littleEndian = dataByte === 1;
  const view = viewOf(bytes, littleEndian);
  const wide = bits === 64;
  const word = (at: number): number => (wide ? view.u64(at) : view.u32(at));
  const notes: string[] = [];
  const tail = wide ? 48 : 36;
  const table = (what: string, read: () => readonly Segment[] | readonly Section[]): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      notes.push(`the ${what} cannot be read: ${error.message}`);
    }
  };
  const segments: Segment[] = [];
  const sections: Section[] = [];
  table('program headers', () => {
    segments.push(...readSegments(view, wide, word(wide ? 32 : 28), view.u16(tail + 6), view.u16(tail + 8)));
    return segments;
  });
  table('section headers', () => {
    const offset = word(wide ? 40 : 32);
    sections.push(...readSections(view, wide, offset, view.u16(tail + 10), view.u16(tail + 12), view.u16(tail + 14)));
    return sections;
  });
  return {
    view,
    bits,
    littleEndian,
    type: view.u16(16),
    machine: view.u16(18),
    flags: view.u32(tail),
    // an entry point is an address, not an offset: it may use all 64 bits (kernels do)
    entry: wide
      ? Number(BigInt(view.u32(littleEndian ? 24 : 28)) | (BigInt(view.u32(littleEndian ? 28 : 24)) << 32n))
      : view.u32(24),
    segments,
    sections,
    notes,
  };
}

function readSegments(view: View, wide: boolean, offset: number, entrySize: number, count: number): readonly Segment[] {
  if (count === 0) return [];
  if (count > mostElfSegments) throw new FormatError(`${count} entries; at most ${mostElfSegments} are read`);
  if (entrySize < (wide ? 56 : 32)) throw new FormatError(`an entry of ${entrySize} bytes is too small`);
  const segments: Segment[] = [];
  for (let i = 0; i < count; i++) {
    const at = offset + i * entrySize;
    segments.push(
      wide
        ? {
            type: view.u32(at),
            flags: view.u32(at + 4),
            offset: view.u64(at + 8),
            address: address64(view, at + 16),
            fileSize: view.u64(at + 32),
            memory: view.u64(at + 40),
          }
        : {
            type: view.u32(at),
            offset: view.u32(at + 4),
            address: view.u32(at + 8),
            fileSize: view.u32(at + 16),
            memory: view.u32(at + 20),
            flags: view.u32(at + 24),
          },
    );
  }
  return segments;
}

/** Kernel addresses exceed what a number holds exactly; they only need to be comparable, so the lost low bits do not matter. */
function address64(view: View, at: number): number {
  try {
    return view.u64(at);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    view.slice(at, 8);
    return Number.MAX_SAFE_INTEGER;
  }
}

function readSections(
  view: View,
  wide: boolean,
  offset: number,
  entrySize: number,
  declared: number,
  nameIndex: number,
): readonly Section[] {
  if (offset === 0) return [];
  const least = wide ? 64 : 40;
  if (entrySize < least) throw new FormatError(`an entry of ${entrySize} bytes is too small`);
  const word = (at: number): number => (wide ? view.u64(at) : view.u32(at));
  const sizeAt = wide ? 32 : 20;
  const linkAt = wide ? 40 : 24;
  // more than 65,279 sections: the count stands in the first section's size field, the name table's index in its link
  const count = declared === 0 ? word(offset + sizeAt) : declared;
  const names = nameIndex === 0xffff ? view.u32(offset + linkAt) : nameIndex;
  if (count > mostElfSections) throw new FormatError(`${count} entries; at most ${mostElfSections} are read`);
  const raw = [];
  for (let i = 0; i < count; i++) {
    const at = offset + i * entrySize;
    raw.push({
      name: view.u32(at),
      type: view.u32(at + 4),
      offset: word(at + (wide ? 24 : 16)),
      size: word(at + sizeAt),
      link: view.u32(at + linkAt),
      entrySize: word(at + (wide ? 56 : 36)),
    });
  }
  const strings = raw[names];
  const nameOf = (index: number): string =>
    strings === undefined || index >= strings.size || strings.offset + index >= view.size
      ? ''
      : view.text(strings.offset + index, Math.min(256, strings.size - index));
  return raw.map((section) => ({ ...section, name: nameOf(section.name) }));
}

/** The bytes of a section; none for one without bytes in the file. */
export function sectionBytes(image: ElfImage, section: Section): Uint8Array {
  const noBits = 8;
  return section.type === noBits ? new Uint8Array() : image.view.slice(section.offset, section.size);
}
