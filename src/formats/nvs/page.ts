/** One page of an NVS partition: header, bitmap, and the entries that can be read. */

import type { NvsPage, NvsProblem } from '../../model/nvs.js';
import { viewOf } from '../bytes/view.js';
import { nvsChecksum } from './checksum.js';

/** An entry as it lies in the flash. */
export interface RawEntry {
  readonly page: number;
  readonly slot: number;
  readonly live: boolean;
  readonly namespace: number;
  readonly type: number;
  readonly span: number;
  readonly chunk: number;
  readonly key: string;
  /** The last eight bytes. */
  readonly field: Uint8Array;
  /** Bytes that follow; those that the entry counts, as far as its span has room. */
  readonly data: Uint8Array;
  /** Whether the check sum of `data` is right; true where there is none. */
  readonly dataIsWhole: boolean;
}

/** What was read of a page. */
export interface ReadPage {
  readonly info: NvsPage;
  readonly entries: readonly RawEntry[];
  readonly problems: readonly NvsProblem[];
}

const slots = 126;
const states = new Map<number, NvsPage['state']>([
  [0xffffffff, 'empty'],
  [0xfffffffe, 'active'],
  [0xfffffffc, 'full'],
  [0xfffffff8, 'freeing'],
]);
const numberSizes = new Set([0x01, 0x11, 0x02, 0x12, 0x04, 0x14, 0x08, 0x18]);
const followed = new Set([0x21, 0x41, 0x42]);
const blobIndex = 0x48;

type SlotState = 'free' | 'written' | 'erased' | 'impossible';
const slotStates: readonly SlotState[] = ['erased', 'impossible', 'written', 'free'];

/** Reads a page of 4096 bytes. Whatever is wrong with it is a problem, never an exception. */
export function readPage(bytes: Uint8Array, index: number): ReadPage {
  const view = viewOf(bytes, true);
  const problems: NvsProblem[] = [];
  const isBlank = bytes.every((byte) => byte === 0xff);
  const none = { sequence: undefined, version: undefined, written: 0, erased: 0, free: slots };
  if (isBlank) return { info: { index, state: 'empty', ...none }, entries: [], problems };
  const state = states.get(view.u32(0));
  const version = ({ 255: 1, 254: 2 } as const)[view.u8(8) === 255 ? 255 : 254];
  const isKnown = view.u8(8) === 255 || view.u8(8) === 254;
  const isWhole = nvsChecksum(bytes.subarray(4, 28)) === view.u32(28);
  if (state === undefined || state === 'empty' || !isWhole || !isKnown) {
    const why = !isWhole
      ? 'the check sum of its header differs'
      : isKnown
        ? `its state 0x${view.u32(0).toString(16)} is not known, or says empty, which it is not`
        : `its version 0x${view.u8(8).toString(16)} is not known`;
    problems.push({ code: 'nvs-page', page: index, message: `the header of the page is damaged: ${why}` });
    return { info: { index, state: 'damaged', ...none, free: 0 }, entries: [], problems };
  }
  const states_ = Array.from(
    { length: slots },
    (_, slot) => slotStates[(view.u8(32 + (slot >> 2)) >> (2 * (slot & 3))) & 3] ?? 'free',
  );
  const entries = readEntries(bytes, index, states_, problems);
  const count = (of: SlotState): number => states_.filter((each) => each === of).length;
  const info = {
    index,
    state,
    sequence: view.u32(4),
    version,
    written: count('written'),
    erased: count('erased'),
    free: count('free'),
  };
  return { info, entries, problems };
}

function readEntries(
  bytes: Uint8Array,
  page: number,
  slotsOf: readonly SlotState[],
  problems: NvsProblem[],
): RawEntry[] {
  const entries: RawEntry[] = [];
  const problem = (code: NvsProblem['code'], entry: number, message: string): void => {
    problems.push({ code, page, entry, message });
  };
  for (let slot = 0; slot < slots; ) {
    const state = slotsOf[slot];
    const raw = bytes.subarray(64 + 32 * slot, 96 + 32 * slot);
    if (state === 'free' || state === 'impossible' || state === undefined) {
      if (state === 'impossible') problem('nvs-bitmap', slot, 'the bitmap says 01 of the entry, which means nothing');
      else if (raw.some((byte) => byte !== 0xff))
        problem('nvs-bitmap', slot, 'the entry is not blank, and the bitmap says that it is free');
      slot += 1;
      continue;
    }
    const why = whatIsWrong(raw, slot);
    if (why !== undefined) {
      // Of an erased value the data is left behind too: only what is valid has to be right.
      if (state === 'written') problem('nvs-entry', slot, why);
      slot += 1;
      continue;
    }
    const span = raw[2] ?? 1;
    const differs = slotsOf.slice(slot, slot + span).findIndex((each) => each !== state);
    if (differs >= 0) {
      if (state === 'written') problem('nvs-bitmap', slot, `of its ${span} entries not all are written by the bitmap`);
      // Go on where the bitmap changes: what stands there is another entry, or nothing.
      slot += differs;
      continue;
    }
    entries.push(entryAt(bytes, page, slot, state === 'written'));
    slot += span;
  }
  return entries;
}

/** Why an entry cannot be one; `undefined` when it can. */
function whatIsWrong(raw: Uint8Array, slot: number): string | undefined {
  const view = viewOf(raw, true);
  if (nvsChecksum(raw, 4, 8) !== view.u32(4)) return 'the check sum of the entry differs';
  const [type, span] = [view.u8(1), view.u8(2)];
  const hasData = followed.has(type);
  if (!hasData && !numberSizes.has(type) && type !== blobIndex) return `the type 0x${type.toString(16)} is not known`;
  if (span < 1 || slot + span > slots) return `it takes ${span} entries, which the page does not have`;
  const expected = hasData ? 1 + Math.ceil(view.u16(24) / 32) : 1;
  if (span !== expected) return `it takes ${span} entries, and its length needs ${expected}`;
  const key = raw.subarray(8, 24);
  const end = key.indexOf(0);
  if (end < 1) return 'its name is empty or has no end';
  return undefined;
}

function entryAt(bytes: Uint8Array, page: number, slot: number, live: boolean): RawEntry {
  const at = 64 + 32 * slot;
  const view = viewOf(bytes.subarray(at, at + 32), true);
  const [type, span] = [view.u8(1), view.u8(2)];
  const hasData = followed.has(type);
  const data = hasData ? bytes.subarray(at + 32, at + 32 + view.u16(24)) : new Uint8Array();
  const key = view.slice(8, 16);
  return {
    page,
    slot,
    live,
    namespace: view.u8(0),
    type,
    span,
    chunk: view.u8(3),
    key: new TextDecoder().decode(key.subarray(0, key.indexOf(0))),
    field: view.slice(24, 8),
    data,
    dataIsWhole: !hasData || nvsChecksum(data) === view.u32(28),
  };
}
