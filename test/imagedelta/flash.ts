/** An emulated NOR flash under the decoder in TypeScript: that of decoder-c/flash.h, written anew. */
import { DeltaError } from '../../src/imagedelta/decoder/fault.js';
import type { DeltaStorage, WritableArea } from '../../src/imagedelta/decoder/storage.js';
import { updateFlash } from '../../src/imagedelta/decoder/update.js';
import { seededRandom } from '../support/random.js';

/** As in decoder-c/cross.c. */
export const areaLength = 2 ** 15;
export const journalLength = 4096;

/** What does not work, as in decoder-c/flash.h. */
export const faults = {
  oldBroken: 1,
  newLost: 2,
  newRefused: 4,
  newStuck: 8,
  backupBroken: 16,
  backupLost: 32,
  backupStuck: 64,
  journalBroken: 128,
  journalRefused: 256,
} as const;

interface Cells {
  readonly bytes: Uint8Array;
  /** 1 where it was written since it was erased. */
  readonly used: Uint8Array;
}

/** Everything that stays when the power fails. */
export interface FlashState {
  readonly image: Cells;
  readonly backup: Cells;
  readonly journal: Cells;
}

/** The device, and when its power fails. */
export interface FlashRun {
  readonly old: Uint8Array;
  readonly patch: Uint8Array;
  readonly unit: number;
  readonly block: number;
  /** Bytes of the backup area; 0: two areas. */
  readonly backup: number;
  readonly journalRoom: number;
  readonly newRoom: number;
  /** Bits of `faults`. */
  readonly faults: number;
  /** The operation in which the power fails, from 1; 0: none. */
  readonly cutAt: number;
  readonly seed: number;
}

/** How a run has ended. */
export interface FlashOutcome {
  readonly code: number;
  readonly operations: number;
  /** The step of each record, and the image's area right before it is written. */
  readonly trace: readonly { readonly step: number; readonly image: Uint8Array }[];
}

function cells(length: number, byte: number, used: number): Cells {
  return { bytes: new Uint8Array(length).fill(byte), used: new Uint8Array(length).fill(used) };
}

/** A flash before the update: `image` in its place, or rubbish that is to be erased. */
export function newFlash(image: Uint8Array | undefined, seed: number): FlashState {
  const state = {
    image: cells(areaLength, 0xff, 1),
    backup: cells(areaLength, 0xff, 1),
    journal: cells(journalLength, 0xff, 0),
  };
  const random = seededRandom(seed);
  if (image !== undefined) state.image.bytes.set(image);
  else for (let i = 0; i < areaLength; i++) state.image.bytes[i] = random.below(256);
  return state;
}

/** Updates the flash, in place of what it holds. */
export function runOnFlash(state: FlashState, run: FlashRun): FlashOutcome {
  const { old, patch, unit, block, backup, journalRoom, newRoom, cutAt } = run;
  const random = seededRandom(run.seed);
  const broken = (fault: keyof typeof faults): boolean => (run.faults & faults[fault]) !== 0;
  let power = true;
  let operations = 0;
  /** Counts an operation, and tells whether the power fails in it. */
  const cut = (): boolean => {
    operations++;
    if (operations !== cutAt) return false;
    power = false;
    return true;
  };
  const read = ({ bytes }: Cells, at: number, length: number): Uint8Array | undefined => {
    if (at + length > bytes.length) throw new Error(`${length} bytes at ${at} are asked for`);
    return power ? bytes.slice(at, at + length) : undefined;
  };
  const write = ({ bytes, used }: Cells, at: number, from: Uint8Array): boolean => {
    if (at % unit !== 0 || from.length % unit !== 0 || at + from.length > bytes.length)
      throw new Error(`${from.length} bytes are written at ${at}`);
    if (!power || used.subarray(at, at + from.length).includes(1)) return false;
    const torn = cut();
    const whole = torn ? random.below(from.length / unit) * unit : from.length;
    for (let i = 0; i < (torn ? whole + unit : whole); i++) {
      used[at + i] = 1;
      bytes[at + i] = (bytes[at + i] ?? 0) & ((from[i] ?? 0) | (i < whole ? 0 : random.below(256)));
    }
    return !torn;
  };
  const erase = ({ bytes, used }: Cells, at: number, length: number): boolean => {
    if (at + length > bytes.length) throw new Error(`${length} bytes are erased at ${at}`);
    if (!power) return false;
    const torn = cut();
    for (let i = at; i < at + length; i++) bytes[i] = torn ? random.below(256) : 0xff;
    used.fill(torn ? 1 : 0, at, at + length);
    return !torn;
  };
  const areaOf = (part: Cells): WritableArea => ({
    read: (at, length) => read(part, at, length),
    write: (at, from) => write(part, at, from),
  });
  const trace: { step: number; image: Uint8Array }[] = [];
  const oldCells = backup > 0 ? state.image : { bytes: old, used: old };
  const storage: DeltaStorage = {
    oldSize: old.length,
    old: { read: (at, length) => (broken('oldBroken') ? undefined : read(oldCells, at, length)) },
    fresh: {
      ...areaOf(state.image),
      write: (at, from) => broken('newLost') || (!broken('newRefused') && write(state.image, at, from)),
      erase: (at) => !broken('newStuck') && erase(state.image, at, block),
    },
    backup:
      backup === 0
        ? undefined
        : {
            read: (at, length) => (broken('backupBroken') ? undefined : read(state.backup, at, length)),
            write: (at, from) => broken('backupLost') || write(state.backup, at, from),
            erase: () => !broken('backupStuck') && erase(state.backup, 0, backup),
          },
    journal: {
      read: (at, length) => (broken('journalBroken') ? undefined : read(state.journal, at, length)),
      write: (at, from) => {
        const step = new DataView(from.buffer, from.byteOffset).getUint32(0, true);
        trace.push({ step, image: state.image.bytes.slice() });
        return !broken('journalRefused') && write(state.journal, at, from);
      },
    },
  };
  const flash = {
    newRoom,
    writeUnit: unit,
    eraseBlock: block > 0 ? block : undefined,
    backupRoom: backup > 0 ? backup : undefined,
    journalRoom,
  };
  try {
    updateFlash(patch, storage, { flash });
    return { code: 0, operations, trace };
  } catch (error) {
    if (error instanceof DeltaError) return { code: error.code, operations, trace };
    throw error;
  }
}
