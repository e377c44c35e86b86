/** Makes sure that memory reaches to `end`. */
export function reach(end: usize): void {
  const have = (<u64>memory.size()) << 16;
  if (<u64>end <= have) return;
  // Half as much again: growing is dear where the memory has to move.
  const pages = <i32>((<u64>end - have + 0xffff) >> 16);
  const more = <i32>min<u64>(have >> 17, 65_536 - <u64>memory.size());
  if (more > pages && memory.grow(more) >= 0) return;
  if (memory.grow(pages) < 0) unreachable();
}

/** How many bytes at `a` and `b` are equal before the first that differ, at most `limit`. Reads up to 8 bytes past the limit. */
export function equalBytes(a: usize, b: usize, limit: u32): u32 {
  let at: u32 = 0;
  while (at < limit) {
    const differ = load<u64>(a + at) ^ load<u64>(b + at);
    if (differ !== 0) {
      const end = at + <u32>(ctz(differ) >> 3);
      return end < limit ? end : limit;
    }
    at += 8;
  }
  return limit;
}
