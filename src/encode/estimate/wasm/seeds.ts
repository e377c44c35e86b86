import { source, sourceSlack } from './layout';

/**
 * Where in the source some bytes stand, found by 8, 16 and 32 bytes at a time.
 *
 * Only every fourth position is kept, and of equal ones the last: enough to tell about how large a patch becomes, in a tenth of the
 * time that sorting all suffixes takes.
 */

/** A table has no fewer slots, and no more, as powers of two: those of a kernel take 32 MB. */
const fewestBits: u32 = 8;
const mostBits: u32 = 22;
const mostLongBits: u32 = 21;

/** Of a source with more words than this every second one is enough. */
const manyWords: u32 = 1 << 20;

export let sourceLength: u32 = 0;
let words: u32 = 0;
let shift: u32 = 0;
let longShift: u32 = 0;
let short: usize = 0;
let middle: usize = 0;
let long: usize = 0;

/** Makes room for a source of `length` bytes and its tables. */
export function openSource(length: u32): void {
  sourceLength = length;
  words = length >> 2;
  const bits = min(mostBits, max(fewestBits, 32 - <u32>clz(words)));
  shift = 32 - bits;
  longShift = 32 - min(mostLongBits, bits);
  short = (source + <usize>length + sourceSlack + 15) & ~15;
  middle = short + ((<usize>4) << bits);
  long = middle + ((<usize>4) << min(mostLongBits, bits));
  const end = long + ((<usize>4) << min(mostLongBits, bits));
  const have = (<u64>memory.size()) << 16;
  if (<u64>end > have && memory.grow(<i32>((<u64>end - have + 0xffff) >> 16)) < 0) unreachable();
}

function mix(a: u32, b: u32): u32 {
  const mixed = (a * 0x9e3779b1) ^ (b * 0x85ebca6b);
  return (mixed ^ (mixed >> 15)) * 0x2c1b3c6d;
}

function word(at: u32): u32 {
  return load<u32>(source + ((<usize>at) << 2));
}

function slot(table: usize, hash: u32, by: u32): usize {
  return table + ((<usize>(hash >> by)) << 2);
}

/** Indexes the source, whose bytes were put into its place. */
export function index(): void {
  memory.fill(source + <usize>sourceLength, 0, sourceSlack);
  memory.fill(short, 0xff, ((<usize>4) << (32 - shift)) + 2 * ((<usize>4) << (32 - longShift)));
  const step: u32 = words > manyWords ? 2 : 1;
  // Hashes of two words, of four out of two of these, of eight out of two of those: for the word at `at` and those before it.
  let pair1: u32 = 0;
  let pair2: u32 = 0;
  let four1: u32 = 0;
  let four2: u32 = 0;
  let four3: u32 = 0;
  let four4: u32 = 0;
  for (let at: u32 = 0; at + 1 < words; at += step) {
    const first = word(at);
    const second = word(at + 1);
    const pair = mix(first, second);
    // Padding is everywhere, and nothing is found by it.
    if (first !== second) store<u32>(slot(short, pair, shift), at);
    const four = mix(step === 2 ? pair1 : pair2, pair);
    if (at >= 2 && word(at - 2) !== word(at - 1)) store<u32>(slot(middle, four, longShift), at - 2);
    if (at >= 6 && word(at - 6) !== word(at - 5))
      store<u32>(slot(long, mix(step === 2 ? four2 : four4, four), longShift), at - 6);
    pair2 = pair1;
    pair1 = pair;
    four4 = four3;
    four3 = four2;
    four2 = four1;
    four1 = four;
  }
}

/** Where the bytes at the address `at` stand in the source, of which `room` are there: by the longest way of the three that is known; -1 for none. */
export function find(at: usize, room: u32): i32 {
  if (room < 8) return -1;
  const low = load<u32>(at);
  const high = load<u32>(at, 4);
  if (low === high) return -1;
  const pair = mix(low, high);
  const near = load<i32>(slot(short, pair, shift));
  if (near < 0 || word(near) !== low || word(near + 1) !== high) return -1;
  if (room < 16) return near << 2;
  const last = load<u32>(at, 12);
  const four = mix(pair, mix(load<u32>(at, 8), last));
  if (room >= 32) {
    const end = load<u32>(at, 28);
    const next = mix(mix(load<u32>(at, 16), load<u32>(at, 20)), mix(load<u32>(at, 24), end));
    const far = load<i32>(slot(long, mix(four, next), longShift));
    if (far >= 0 && word(far) === low && word(far + 7) === end) return far << 2;
  }
  const mid = load<i32>(slot(middle, four, longShift));
  return mid >= 0 && word(mid) === low && word(mid + 3) === last ? mid << 2 : near << 2;
}
