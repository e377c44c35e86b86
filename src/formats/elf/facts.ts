import { hexOf, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';
import { type DynamicTable, readDynamic, tag } from './dynamic.js';
import { type Hardening, readHardening } from './hardening.js';
import { type ElfImage, readElf, sectionBytes } from './image.js';
import { machineName, typeName } from './names.js';
import { type DynamicSymbols, readSymbols } from './symbols.js';

/** What is told of one ELF file. */
export interface ElfFacts {
  readonly summary: string;
  readonly image: ElfImage;
  readonly buildId: string | undefined;
  readonly interpreter: string | undefined;
  readonly soname: string | undefined;
  readonly needed: readonly string[];
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  readonly symbols: DynamicSymbols;
  readonly hardening: Hardening;
  /** No symbol table for a debugger. */
  readonly stripped: boolean;
  readonly debugInfo: boolean;
  readonly notes: readonly string[];
}

const noSymbols: DynamicSymbols = { exported: [], undefined: [], versionsDefined: [], versionsNeeded: [] };

/** Reads everything that the comparison uses. Only a bad header throws; what else is broken is noted and left out. */
export function readFacts(bytes: Uint8Array): ElfFacts {
  const image = readElf(bytes);
  const notes = [...image.notes];
  const attempt = <T>(what: string, otherwise: T, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      notes.push(`the ${what} cannot be read: ${error.message}`);
      return otherwise;
    }
  };
  const dynamic = attempt<DynamicTable | undefined>('dynamic section', undefined, () => readDynamic(image));
  const named = (key: number): string | undefined => {
    const offset = dynamic?.first(key);
    return offset === undefined ? undefined : dynamic?.string(offset);
  };
  const symbols =
    dynamic === undefined ? noSymbols : attempt('dynamic symbols', noSymbols, () => readSymbols(image, dynamic));
  return {
    summary: `ELF ${image.bits}-bit ${image.littleEndian ? 'LSB' : 'MSB'}, ${machineName(image.machine)}, ${typeName(image.type)}`,
    image,
    buildId: attempt('build-id', undefined, () => readBuildId(image)),
    interpreter: attempt('interpreter', undefined, () => readInterpreter(image)),
    soname: attempt('SONAME', undefined, () => named(tag.soname)),
    needed: attempt('NEEDED list', [], () =>
      (dynamic?.values.get(tag.needed) ?? []).map((offset) => dynamic?.string(offset) ?? ''),
    ),
    rpath: attempt('RPATH', undefined, () => named(tag.rpath)),
    runpath: attempt('RUNPATH', undefined, () => named(tag.runpath)),
    symbols,
    hardening: attempt('symbol names', readHardening({ ...image, sections: [] }, dynamic, symbols), () =>
      readHardening(image, dynamic, symbols),
    ),
    stripped: !image.sections.some((section) => section.type === 2),
    debugInfo: image.sections.some(
      (section) => section.name.startsWith('.debug_info') || section.name === '.zdebug_info',
    ),
    notes,
  };
}

function readInterpreter(image: ElfImage): string | undefined {
  const segment = image.segments.find((each) => each.type === 3);
  return segment === undefined ? undefined : image.view.text(segment.offset, Math.min(segment.fileSize, 4096));
}

/** The note named GNU of type 3, in a NOTE segment or, for a file without segments, a NOTE section. */
function readBuildId(image: ElfImage): string | undefined {
  const noteSegment = 4;
  const noteSection = 7;
  const parts = [
    ...image.segments
      .filter((each) => each.type === noteSegment)
      .map((each) => image.view.slice(each.offset, each.fileSize)),
    ...(image.segments.length > 0
      ? []
      : image.sections.filter((each) => each.type === noteSection).map((each) => sectionBytes(image, each))),
  ];
  for (const part of parts) {
    const view = viewOf(part, image.littleEndian);
    for (let at = 0; at + 12 <= part.length; ) {
      const nameSize = view.u32(at);
      const size = view.u32(at + 4);
      const description = at + 12 + Math.ceil(nameSize / 4) * 4;
      if (view.u32(at + 8) === 3 && view.text(at + 12, Math.min(nameSize, 8)) === 'GNU')
        return hexOf(view.slice(description, size));
      at = description + Math.ceil(size / 4) * 4;
    }
  }
  return undefined;
}
