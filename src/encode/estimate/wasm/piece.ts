import { source, window } from './layout';
import { sourceLength } from './seeds';

/** The piece of the target at hand: its bytes lie in the window, and are counted from the beginning of the target. */
export let from: i32 = 0;
export let to: i32 = 0;
let total: i32 = 0;

/** Takes what was put into the window for the target bytes from `start` to `end`, of a target of `length` bytes. */
export function openPiece(start: i32, end: i32, length: i32): void {
  from = start;
  to = end;
  total = length;
}

/** Where a byte of the piece lies. */
export function addressOf(at: i32): usize {
  return window + <usize>(at - from);
}

/** How many bytes of the target a search at this place may look at, as far as it looks. */
export function roomAt(at: i32): u32 {
  return <u32>min(total - at, 64);
}

/** Whether the source has, `offset` bytes further, the byte that the target has there. */
export function isSame(at: i32, offset: i32): bool {
  const position = at + offset;
  return <u32>position < sourceLength && load<u8>(source + <usize>position) === load<u8>(addressOf(at));
}

/** How many bytes are equal from a place of the piece and a position of the source on. */
export function equalBytes(at: i32, position: i32): i32 {
  if (position < 0) return 0;
  const most = min(to - at, <i32>sourceLength - position);
  const a = addressOf(at);
  const b = source + <usize>position;
  let i = 0;
  for (; i < most; i += 8) {
    const differ = load<u64>(a + <usize>i) ^ load<u64>(b + <usize>i);
    if (differ !== 0) return min(i + <i32>(ctz(differ) >> 3), most);
  }
  return max(most, 0);
}
