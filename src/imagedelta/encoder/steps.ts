/** Finds where the old image has the same steps from value to value as the new one: tables that were moved by a constant have. */

/** Old places that are noted: every so manieth, an odd number, so that values at any alignment are among them. */
const spacing = 5;
const mostBits = 20;
const span = 16;

/** The steps of values at a place, as two numbers; both 0 where nothing changes. */
type StepsAt = (view: DataView, at: number) => readonly [number, number];

function byteSteps(view: DataView, at: number, lag: number): readonly [number, number] {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 4; i++) {
    low = (low << 8) | ((view.getUint8(at + lag + i) - view.getUint8(at + i)) & 255);
    high = (high << 8) | ((view.getUint8(at + lag + 4 + i) - view.getUint8(at + 4 + i)) & 255);
  }
  return [low, high];
}

function halfSteps(view: DataView, at: number, little: boolean): readonly [number, number] {
  const step = (k: number) => (view.getUint16(at + 2 * k + 2, little) - view.getUint16(at + 2 * k, little)) & 0xffff;
  return [(step(0) << 16) | step(1), (step(2) << 16) | step(3)];
}

function wordSteps(view: DataView, at: number, little: boolean): readonly [number, number] {
  const [a, b, c] = [view.getInt32(at, little), view.getInt32(at + 4, little), view.getInt32(at + 8, little)];
  return [(b - a) | 0, (c - b) | 0];
}

function longSteps(view: DataView, at: number): readonly [number, number] {
  const step = BigInt.asIntN(64, view.getBigInt64(at + 8, true) - view.getBigInt64(at, true));
  return [Number(BigInt.asIntN(32, step)), Number(step >> 32n)];
}

const kinds: readonly StepsAt[] = [
  (view, at) => wordSteps(view, at, true),
  (view, at) => wordSteps(view, at, false),
  (view, at) => halfSteps(view, at, true),
  (view, at) => halfSteps(view, at, false),
  (view, at) => byteSteps(view, at, 4),
  (view, at) => byteSteps(view, at, 3),
  longSteps,
];

/** Looks up places of the new image. */
export interface StepIndex {
  /** Places of the old image with the same steps, one for each kind of value at most. */
  readonly lookUp: (fresh: Uint8Array, at: number) => readonly number[];
}

export function indexSteps(old: Uint8Array): StepIndex {
  const oldView = viewOf(old);
  const bits = Math.max(4, Math.min(mostBits, 31 - Math.clz32(Math.max(1, old.length / spacing)) + 1));
  const slotOf = ([low, high]: readonly [number, number]): number =>
    (Math.imul(Math.imul(low, 0x9e3779b1) ^ high, 0x85ebca6b) ^ low) >>> (32 - bits);
  const tables = kinds.map((steps) => {
    const table = new Int32Array(2 ** bits).fill(-1);
    for (let at = 0; at + span <= old.length; at += spacing) {
      const found = steps(oldView, at);
      if (found[0] !== 0 || found[1] !== 0) table[slotOf(found)] = at;
    }
    return table;
  });
  return {
    lookUp: (fresh, at) => {
      if (at + span > fresh.length) return [];
      const view = viewOf(fresh);
      return kinds.flatMap((steps, k) => {
        const wanted = steps(view, at);
        if (wanted[0] === 0 && wanted[1] === 0) return [];
        const from = tables[k]?.[slotOf(wanted)] ?? -1;
        if (from < 0) return [];
        const found = steps(oldView, from);
        return found[0] === wanted[0] && found[1] === wanted[1] ? [from] : [];
      });
    },
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
