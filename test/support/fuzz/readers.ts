/** Every reader of foreign input, by name, and the inputs that a seed makes for it. */
import { Buffer } from 'node:buffer';
import { seededRandom } from '../random.js';
import { byteReaders } from './byte-readers.js';
import { fileReaders } from './file-readers.js';
import { mutated } from './mutate.js';
import { ownReaders } from './own-readers.js';
import { portReaders } from './port-readers.js';
import type { FuzzReader } from './reader.js';
import { repackReaders } from './repack-readers.js';
import { settingsReaders } from './settings-readers.js';
import { textReaders } from './text-readers.js';

const all: ReadonlyMap<string, FuzzReader> = new Map(
  Object.entries<FuzzReader>({
    ...byteReaders,
    ...textReaders,
    ...fileReaders,
    ...ownReaders,
    ...portReaders,
    ...repackReaders,
    ...settingsReaders,
  }),
);

/** The names, for the command line and the tests. */
export const fuzzReaderNames: readonly string[] = [...all.keys()];

/** The reader of that name. Throws RangeError for none. */
export function fuzzReader(name: string): FuzzReader {
  const reader = all.get(name);
  if (reader === undefined) throw new RangeError(`no reader ${name}: one of ${fuzzReaderNames.join(', ')}`);
  return reader;
}

/** The input of a run: the same for the same seed and number. Run 0 and the next are the sound samples themselves. */
export function inputsOf(reader: FuzzReader, seed: number): (run: number) => Buffer {
  const samples = reader.samples();
  const material = { samples, words: reader.words ?? [] };
  return (run) => {
    const sample = samples[run];
    if (sample !== undefined) return Buffer.from(sample);
    const random = seededRandom(Math.imul(seed, 0x9e3779b1) + run);
    if (reader.make !== undefined && random.chance(50)) return Buffer.from(reader.make(random));
    const bytes = mutated(random, material);
    return reader.mend !== undefined && random.chance(70) ? reader.mend(bytes) : bytes;
  };
}

/** What the reader throws for the bytes that it may not throw; `undefined` where it does as it should. */
export async function faultOfReading(
  reader: FuzzReader,
  bytes: Uint8Array,
  isSample = false,
): Promise<string | undefined> {
  try {
    await reader.read(Uint8Array.from(bytes));
    return undefined;
  } catch (error) {
    if (!isSample && reader.throws.some((kind) => error instanceof kind)) return undefined;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
