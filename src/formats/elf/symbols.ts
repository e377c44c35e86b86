import { mostElfSymbols, mostElfVersions } from '../../model/limits/formats.js';
import { FormatError } from '../format-error.js';
import { type DynamicTable, tag } from './dynamic.js';
import type { ElfImage } from './image.js';

/** The names that a file offers and asks for, as `name@VERSION` where a version is given. */
export interface DynamicSymbols {
  readonly exported: readonly string[];
  readonly undefined: readonly string[];
  /** Versions that it defines, and those that it needs as `file: VERSION`. */
  readonly versionsDefined: readonly string[];
  readonly versionsNeeded: readonly string[];
}

/** Reads the dynamic symbol table with its versions. */
export function readSymbols(image: ElfImage, dynamic: DynamicTable): DynamicSymbols {
  const { view } = image;
  const needed = readNeededVersions(image, dynamic);
  const defined = readDefinedVersions(image, dynamic);
  const exported: string[] = [];
  const wanted: string[] = [];
  const symtab = dynamic.first(tag.symtab);
  if (symtab !== undefined) {
    const start = dynamic.offsetOf(symtab);
    const wide = image.bits === 64;
    const size = wide ? 24 : 16;
    const count = countSymbols(image, dynamic);
    const versym = dynamic.first(tag.versym);
    const versions = versym === undefined ? undefined : dynamic.offsetOf(versym);
    for (let i = 1; i < count; i++) {
      const at = start + i * size;
      const name = dynamic.string(view.u32(at));
      const info = view.u8(at + (wide ? 4 : 12));
      const other = view.u8(at + (wide ? 5 : 13));
      const section = view.u16(at + (wide ? 6 : 14));
      const bind = info >> 4;
      const local = bind === 0;
      const hidden = (other & 3) === 1 || (other & 3) === 2;
      if (name === '' || local) continue;
      const index = versions === undefined ? 1 : view.u16(versions + 2 * i) & 0x7fff;
      const version =
        section === 0 ? needed.byIndex.get(index) : (defined.byIndex.get(index) ?? needed.byIndex.get(index));
      const shown = version === undefined || index < 2 || version === name ? name : `${name}@${version}`;
      if (section === 0) wanted.push(shown);
      else if (!hidden) exported.push(shown);
    }
  }
  return { exported, undefined: wanted, versionsDefined: defined.names, versionsNeeded: needed.names };
}

/** The number of dynamic symbols: nowhere written for a file without section headers, so both hash tables serve as well. */
function countSymbols(image: ElfImage, dynamic: DynamicTable): number {
  const { view } = image;
  const table = image.sections.find((section) => section.type === 11);
  const size = image.bits === 64 ? 24 : 16;
  const hash = dynamic.first(tag.hash);
  const gnu = dynamic.first(tag.gnuHash);
  let count = 0;
  if (table !== undefined) count = Math.floor(table.size / size);
  else if (hash !== undefined) count = view.u32(dynamic.offsetOf(hash) + 4);
  else if (gnu !== undefined) count = countByGnuHash(image, dynamic.offsetOf(gnu));
  if (count > mostElfSymbols) throw new FormatError(`${count} dynamic symbols; at most ${mostElfSymbols} are read`);
  return count;
}

function countByGnuHash(image: ElfImage, at: number): number {
  const { view } = image;
  const buckets = view.u32(at);
  const first = view.u32(at + 4);
  const bloom = view.u32(at + 8);
  const start = at + 16 + bloom * (image.bits / 8);
  view.slice(start, buckets * 4);
  let last = 0;
  for (let i = 0; i < buckets; i++) last = Math.max(last, view.u32(start + 4 * i));
  if (last < first) return first;
  const chains = start + buckets * 4;
  while ((view.u32(chains + (last - first) * 4) & 1) === 0) last++;
  return last + 1;
}

interface Versions {
  readonly byIndex: ReadonlyMap<number, string>;
  readonly names: readonly string[];
}

function readNeededVersions(image: ElfImage, dynamic: DynamicTable): Versions {
  const byIndex = new Map<number, string>();
  const names: string[] = [];
  const start = dynamic.first(tag.verneed);
  if (start === undefined) return { byIndex, names };
  const { view } = image;
  let at = dynamic.offsetOf(start);
  for (let left = Math.min(mostElfVersions, dynamic.first(tag.verneednum) ?? 0); left > 0; left--) {
    const count = view.u16(at + 2);
    const file = dynamic.string(view.u32(at + 4));
    let aux = at + view.u32(at + 8);
    for (let i = 0; i < count && names.length < mostElfVersions; i++) {
      const name = dynamic.string(view.u32(aux + 8));
      byIndex.set(view.u16(aux + 6) & 0x7fff, name);
      names.push(`${file}: ${name}`);
      const next = view.u32(aux + 12);
      if (next === 0) break;
      aux += next;
    }
    const next = view.u32(at + 12);
    if (next === 0) break;
    at += next;
  }
  return { byIndex, names };
}

function readDefinedVersions(image: ElfImage, dynamic: DynamicTable): Versions {
  const byIndex = new Map<number, string>();
  const names: string[] = [];
  const start = dynamic.first(tag.verdef);
  if (start === undefined) return { byIndex, names };
  const { view } = image;
  let at = dynamic.offsetOf(start);
  for (let left = Math.min(mostElfVersions, dynamic.first(tag.verdefnum) ?? 0); left > 0; left--) {
    const isFile = (view.u16(at + 2) & 1) !== 0;
    const name = dynamic.string(view.u32(at + view.u32(at + 12)));
    // the first one names the file itself and versions nothing
    if (!isFile) {
      byIndex.set(view.u16(at + 4) & 0x7fff, name);
      names.push(name);
    }
    const next = view.u32(at + 16);
    if (next === 0) break;
    at += next;
  }
  return { byIndex, names };
}
