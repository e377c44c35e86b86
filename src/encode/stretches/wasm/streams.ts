/**
 * Makes the streams of `count` triples at `controls`: to `out` the differences, right after them the bytes of their own, as
 * many together as the target has. Returns how many differences.
 */
export function writeStreams(source: usize, target: usize, controls: usize, count: u32, out: usize): u32 {
  let adds: usize = 0;
  for (let k: u32 = 0; k < count; k++) adds += load<u32>(controls + <usize>k * 12);
  let diff = out;
  let extra = out + adds;
  let from = source;
  let at = target;
  for (let k: u32 = 0; k < count; k++) {
    const triple = controls + <usize>k * 12;
    const add: usize = load<u32>(triple);
    const copy: usize = load<u32>(triple, 4);
    for (let i: usize = 0; i < add; i++) store<u8>(diff + i, load<u8>(at + i) - load<u8>(from + i));
    diff += add;
    at += add;
    memory.copy(extra, at, copy);
    extra += copy;
    at += copy;
    from += add + <usize>load<i32>(triple, 8);
  }
  return <u32>adds;
}

/**
 * Counts what the model of costs is made of, as u32 at `counts`: 256 for the bytes of `extra`, then 4 x 256 for the
 * differences, by how many equal bytes lie before them: none, 1 to 3, 4 to 15, more.
 */
export function countStreams(diff: usize, adds: u32, extra: usize, copies: u32, counts: usize): void {
  memory.fill(counts, 0, (4 * 256 + 65536) << 2);
  let before: u32 = 0;
  for (let i: u32 = 0; i < copies; i++) {
    const byte = <u32>load<u8>(extra + i);
    const cell = counts + ((<usize>(4 * 256 + (before << 8) + byte)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
    before = byte;
  }
  let run: u32 = 16;
  for (let i: u32 = 0; i < adds; i++) {
    const d = <u32>load<u8>(diff + i);
    const kind: u32 = run === 0 ? 0 : run < 4 ? 1 : run < 16 ? 2 : 3;
    const cell = counts + ((<usize>(kind * 256 + d)) << 2);
    store<u32>(cell, load<u32>(cell) + 1);
    run = d === 0 ? run + 1 : 0;
  }
}
