/** The adaptive model: counters by context, mixed by two sets of weights. */
import {
  contexts,
  costs,
  firstSets,
  firstWeights,
  rates,
  secondSets,
  secondWeights,
  squashed,
  stretched,
} from './layout';
import { encode } from './range';

const startWeight: i32 = 19_661;

let n: u32 = 0;
let counterBits: u32 = 0;
let counters: usize = 0;

/** Takes `contextCount` times 2^bits counters of two bytes at `at`. */
export function openModel(contextCount: u32, bits: u32, at: usize): void {
  n = contextCount;
  counterBits = bits;
  counters = at;
}

/** As at the beginning of a segment. */
export function resetModel(): void {
  const all = (<usize>n) << (counterBits + 1);
  for (let i: usize = 0; i < all; i += 2) store<u16>(counters + i, 0x8000);
  for (let i: usize = 0; i < 8 * firstSets; i++) store<i32>(firstWeights + 4 * i, startWeight);
  memory.fill(secondWeights, 0, 32 * secondSets);
}

/** Sets the values of a type's six contexts. */
export function setContexts(type: i32, a: i32, b: i32, c: i32, d: i32, e: i32, f: i32): void {
  const factor = i32x4.splat(0x2545f491);
  const salt = i32x4.splat(type * 0x7f4a7c15);
  let v = i32x4.splat(a);
  v = i32x4.replace_lane(v, 1, b);
  v = i32x4.replace_lane(v, 2, c);
  v = i32x4.replace_lane(v, 3, d);
  v128.store(contexts, i32x4.add(i32x4.mul(v, factor), salt));
  if (n > 4) {
    let w = i32x4.splat(e);
    w = i32x4.replace_lane(w, 1, f);
    v128.store(contexts + 16, i32x4.add(i32x4.mul(w, factor), salt));
  }
}

function slotOf(context: usize, index: u32): usize {
  return counters + (((<usize>context) << counterBits) + <usize>index) * 2;
}

function inputOf(slot: usize): i32 {
  return load<i16>(stretched + ((load<u16>(slot) & 0xfff8) >>> 2));
}

function move(slot: usize, goal: i32): void {
  const counter = <i32>load<u16>(slot);
  const count = counter & 7;
  const p = counter >>> 3;
  const moved = p + (((goal - p) * <i32>load<u16>(rates + 2 * <usize>count)) >> 16);
  store<u16>(slot, (moved << 3) | (count < 7 ? count + 1 : 7));
}

function adjust(at: usize, step: v128, least: v128, most: v128): void {
  v128.store(at, i32x4.max_s(i32x4.min_s(i32x4.add(v128.load(at), step), most), least));
}

function sumOf(v: v128): i32 {
  const half = i32x4.add(v, i32x4.shuffle(v, v, 2, 3, 0, 1));
  return i32x4.extract_lane(half, 0) + i32x4.extract_lane(half, 1);
}

/**
 * Codes a bit in the contexts that are set: `node` tells bits of the same contexts apart, `first` and `second` choose the weights.
 * Returns what it costs, in bits.
 */
export function modelled(bit: u32, node: u32, first: u32, second: u32): f64 {
  const shift: i32 = 32 - counterBits;
  const salt = i32x4.splat(node * 0x2c1b3c6d);
  const factor = i32x4.splat(0x9e3779b1);
  const at = i32x4.shr_u(i32x4.mul(i32x4.add(v128.load(contexts), salt), factor), shift);
  const slot0 = slotOf(0, i32x4.extract_lane(at, 0));
  const slot1 = slotOf(1, i32x4.extract_lane(at, 1));
  let slot2: usize = 0;
  let slot3: usize = 0;
  let slot4: usize = 0;
  let slot5: usize = 0;
  let inputs = i32x4.splat(0);
  inputs = i32x4.replace_lane(inputs, 0, inputOf(slot0));
  inputs = i32x4.replace_lane(inputs, 1, inputOf(slot1));
  if (n > 2) {
    slot2 = slotOf(2, i32x4.extract_lane(at, 2));
    inputs = i32x4.replace_lane(inputs, 2, inputOf(slot2));
  }
  if (n > 3) {
    slot3 = slotOf(3, i32x4.extract_lane(at, 3));
    inputs = i32x4.replace_lane(inputs, 3, inputOf(slot3));
  }
  const a = firstWeights + 32 * <usize>first;
  const b = secondWeights + 32 * <usize>second;
  let dot = sumOf(i32x4.mul(i32x4.add(v128.load(a), v128.load(b)), inputs));
  let more = i32x4.splat(0);
  if (n > 4) {
    const next = i32x4.shr_u(i32x4.mul(i32x4.add(v128.load(contexts + 16), salt), factor), shift);
    slot4 = slotOf(4, i32x4.extract_lane(next, 0));
    more = i32x4.replace_lane(more, 0, inputOf(slot4));
    if (n > 5) {
      slot5 = slotOf(5, i32x4.extract_lane(next, 1));
      more = i32x4.replace_lane(more, 1, inputOf(slot5));
    }
    dot += sumOf(i32x4.mul(i32x4.add(v128.load(a + 16), v128.load(b + 16)), more));
  }
  const mixed = min<i32>(2047, max<i32>(-2047, dot >> 16));
  const one = <u32>load<u16>(squashed + 2 * <usize>(mixed + 2048));
  encode(bit, one);

  const error = i32x4.splat((<i32>((bit << 16) - one) * 14) >> 4);
  const half = i32x4.splat(8192);
  const step = i32x4.shr_s(i32x4.add(i32x4.mul(inputs, error), half), 14);
  const most = i32x4.splat(131_072);
  const least = i32x4.splat(-131_072);
  const mostSecond = i32x4.splat(32_768);
  const leastSecond = i32x4.splat(-32_768);
  adjust(a, step, least, most);
  adjust(b, step, leastSecond, mostSecond);
  if (n > 4) {
    const stepMore = i32x4.shr_s(i32x4.add(i32x4.mul(more, error), half), 14);
    adjust(a + 16, stepMore, least, most);
    adjust(b + 16, stepMore, leastSecond, mostSecond);
  }
  const goal: i32 = bit === 0 ? 0 : 8191;
  move(slot0, goal);
  move(slot1, goal);
  if (n > 2) move(slot2, goal);
  if (n > 3) move(slot3, goal);
  if (n > 4) move(slot4, goal);
  if (n > 5) move(slot5, goal);
  return load<f64>(costs + 8 * <usize>((bit === 0 ? 65_536 - one : one) >>> 4));
}
