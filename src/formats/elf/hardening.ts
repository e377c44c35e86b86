import { bufferOf } from '../bytes/view.js';
import { type DynamicTable, tag } from './dynamic.js';
import { type ElfImage, sectionBytes } from './image.js';
import type { DynamicSymbols } from './symbols.js';

export type Relro = 'none' | 'partial' | 'full';

/** The defences that a compiler and linker build in. */
export interface Hardening {
  readonly relro: Relro;
  /** The stack is not executable. */
  readonly nx: boolean;
  /** `undefined` for a library, to which the question does not apply. */
  readonly pie: boolean | undefined;
  readonly canary: boolean;
  /** Names of the checked functions that FORTIFY_SOURCE put in place of plain ones. */
  readonly fortified: readonly string[];
}

/** Derives the defences from headers and symbols; a static program's symbols are looked up in its own symbol table. */
export function readHardening(image: ElfImage, dynamic: DynamicTable | undefined, symbols: DynamicSymbols): Hardening {
  const flags = dynamic?.first(tag.flags) ?? 0;
  const flags1 = dynamic?.first(tag.flags1) ?? 0;
  const bindNow = dynamic?.first(tag.bindNow) !== undefined || (flags & 8) !== 0 || (flags1 & 1) !== 0;
  const relro = image.segments.some((each) => each.type === 0x6474e552);
  const stack = image.segments.find((each) => each.type === 0x6474e551);
  const program = image.segments.some((each) => each.type === 3) || (flags1 & 0x08000000) !== 0;
  const plain = symbols.undefined.map((name) => name.split('@', 1)[0] ?? name);
  const fortified = plain.filter((name) => /^__\w+_chk$/.test(name) && !name.startsWith('__stack_chk'));
  return {
    relro: relro ? (bindNow ? 'full' : 'partial') : 'none',
    nx: stack !== undefined && (stack.flags & 1) === 0,
    pie: image.type === 2 ? false : program ? true : undefined,
    canary: plain.some((name) => name.startsWith('__stack_chk_')) || hasStaticSymbol(image, '\0__stack_chk_fail\0'),
    fortified,
  };
}

function hasStaticSymbol(image: ElfImage, needle: string): boolean {
  const names = image.sections.find((section) => section.type === 3 && section.name === '.strtab');
  return names !== undefined && bufferOf(sectionBytes(image, names)).includes(needle, 0, 'latin1');
}
