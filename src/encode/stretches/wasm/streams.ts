/**
 * The two streams of a choice of stretches, piece by piece, so that neither is ever held whole: the differences, and the
 * bytes of the target's own.
 */

let source: usize = 0;
let target: usize = 0;
let triple: usize = 0;
let end: usize = 0;
/** Of the triple at hand, how many bytes of the stream are done. */
let done: usize = 0;

function open(from: usize, to: usize, controls: usize, count: u32): void {
  source = from;
  target = to;
  triple = controls;
  end = controls + <usize>count * 12;
  done = 0;
}

/** Sets out at the first of `count` triples at `controls`; returns how many differences there are. */
export function openDifferences(from: usize, to: usize, controls: usize, count: u32): u32 {
  open(from, to, controls, count);
  let adds: u32 = 0;
  for (let at = controls; at < end; at += 12) adds += load<u32>(at);
  return adds;
}

/** Sets out at the first of `count` triples at `controls`; returns how many bytes are the target's own. */
export function openCopies(to: usize, controls: usize, count: u32): u32 {
  open(0, to, controls, count);
  let copies: u32 = 0;
  for (let at = controls; at < end; at += 12) copies += load<u32>(at, 4);
  return copies;
}

/** Writes the next differences to `out`, `size` at most; returns how many. */
export function nextDifferences(out: usize, size: usize): u32 {
  let made: usize = 0;
  while (made < size && triple < end) {
    const add = <usize>load<u32>(triple);
    const part = min(add - done, size - made);
    const a = target + done;
    const b = source + done;
    const to = out + made;
    for (let i: usize = 0; i < part; i++) store<u8>(to + i, load<u8>(a + i) - load<u8>(b + i));
    made += part;
    done += part;
    if (done < add) break;
    target += add + <usize>load<u32>(triple, 4);
    source += add + <usize>load<i32>(triple, 8);
    triple += 12;
    done = 0;
  }
  return <u32>made;
}

/** Writes the next bytes of the target's own to `out`, `size` at most; returns how many. */
export function nextCopies(out: usize, size: usize): u32 {
  let made: usize = 0;
  while (made < size && triple < end) {
    const add = <usize>load<u32>(triple);
    const copy = <usize>load<u32>(triple, 4);
    const part = min(copy - done, size - made);
    memory.copy(out + made, target + add + done, part);
    made += part;
    done += part;
    if (done < copy) break;
    target += add + copy;
    triple += 12;
    done = 0;
  }
  return <u32>made;
}

let counts: usize = 0;
let run: u32 = 0;
let before: u32 = 0;

/**
 * Sets out to count what the model of costs is made of, as u32 at `to`: 4 x 256 for the differences, by how many equal bytes
 * lie before them: none, 1 to 3, 4 to 15, more; then 256 for the target's own bytes after each of 256.
 */
export function beginCounts(to: usize): void {
  counts = to;
  run = 16;
  before = 0;
  memory.fill(to, 0, (4 * 256 + 65536) << 2);
}

/** Counts the next `size` differences. */
export function countDifferences(at: usize, size: u32): void {
  let equal = run;
  for (let i: u32 = 0; i < size; i++) {
    const d = <u32>load<u8>(at + i);
    const kind: u32 = equal === 0 ? 0 : equal < 4 ? 1 : equal < 16 ? 2 : 3;
    const cell = counts + ((<usize>(kind * 256 + d)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
    equal = d === 0 ? equal + 1 : 0;
  }
  run = equal;
}

/** Counts the next `size` bytes of the target's own. */
export function countCopies(at: usize, size: u32): void {
  let last = before;
  for (let i: u32 = 0; i < size; i++) {
    const byte = <u32>load<u8>(at + i);
    const cell = counts + ((<usize>(4 * 256 + (last << 8) + byte)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
    last = byte;
  }
  before = last;
}
