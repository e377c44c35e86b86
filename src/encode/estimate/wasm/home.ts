import { found, foundCounts } from './layout';
import { addressOf, from, isSame, roomAt, to } from './piece';
import { find } from './seeds';

const votes: i32 = 32;
const looks: i32 = 64;
const lookBytes: i32 = 16;
const candidates: i32 = 4;

/** Below 64: twice as many as votes, less one, at most. */
let foundCount: i32 = 0;

function vote(offset: i32): void {
  for (let i = 0; i < foundCount; i++) {
    if (load<i32>(found + ((<usize>i) << 2)) !== offset) continue;
    const count = foundCounts + ((<usize>i) << 2);
    store<i32>(count, load<i32>(count) + 1);
    return;
  }
  store<i32>(found + ((<usize>foundCount) << 2), offset);
  store<i32>(foundCounts + ((<usize>foundCount) << 2), 1);
  foundCount++;
}

/** Takes out the offset with the most votes; of several the smallest. */
function takeLikely(): i32 {
  let best = 0;
  for (let i = 1; i < foundCount; i++) {
    const more = load<i32>(foundCounts + ((<usize>i) << 2)) - load<i32>(foundCounts + ((<usize>best) << 2));
    const less = load<i32>(found + ((<usize>i) << 2)) < load<i32>(found + ((<usize>best) << 2));
    if (more > 0 || (more === 0 && less)) best = i;
  }
  store<i32>(foundCounts + ((<usize>best) << 2), -1);
  return load<i32>(found + ((<usize>best) << 2));
}

function sameAt(offset: i32): i32 {
  const step = max(1, (to - from) / looks);
  let same = 0;
  for (let at = from; at < to; at += step) {
    const end = min(at + lookBytes, to);
    for (let i = at; i < end; i++) same += i32(isSame(i, offset));
  }
  return same;
}

/**
 * The distance at which the most of some bytes of the piece is found in the source: of none, `guess`, and those at which matches of
 * some places lie. A sample that begins at a wrong distance would stay there, and look far worse than the file.
 */
export function home(guess: i32): i32 {
  foundCount = 0;
  const step = max(1, (to - from) / votes);
  for (let at = from; at < to; at += step) {
    const end = min(at + lookBytes, to);
    for (let i = at; i < end; i++) {
      const position = find(addressOf(i), roomAt(i));
      if (position < 0) continue;
      vote(position - i);
      break;
    }
  }
  let best = 0;
  let most = sameAt(0);
  const likely = min(foundCount, candidates);
  for (let i = -1; i < likely; i++) {
    const offset = i < 0 ? guess : takeLikely();
    const same = sameAt(offset);
    if (same <= most) continue;
    most = same;
    best = offset;
  }
  return best;
}
