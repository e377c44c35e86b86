/** Where what lay in the old image lies in the new one, as far as it has been seen. */

let exactTags: usize = 0;
let exactBy: usize = 0;
let exactBits: u32 = 0;
let coarseTags: usize = 0;
let coarseBy: usize = 0;
let coarseBits: u32 = 0;

/** Takes tables at `at`: 2^exact entries of six bytes for single targets, 2^coarse of five bytes for 512 bytes of the old image each. */
export function openMoves(exact: u32, coarse: u32, at: usize): void {
  exactBits = exact;
  coarseBits = coarse;
  exactBy = at;
  coarseBy = exactBy + ((<usize>4) << exact);
  exactTags = coarseBy + ((<usize>4) << coarse);
  coarseTags = exactTags + ((<usize>2) << exact);
}

export function resetMoves(): void {
  memory.fill(exactTags, 0, (<usize>2) << exactBits);
  memory.fill(coarseTags, 0, (<usize>1) << coarseBits);
}

/** 512 bytes that moved. */
export function pass(page: u32, by: i32): void {
  const hash = page * 0x9e3779b1;
  const at = <usize>(hash >>> (32 - coarseBits));
  store<u8>(coarseTags + at, (hash & 255) | 1);
  store<i32>(coarseBy + 4 * at, by);
}

/** How far `target` has moved, or `otherwise` where nothing is known. */
export function find(target: u32, otherwise: i32): i32 {
  const hash = target * 0x9e3779b1;
  const at = <usize>(hash >>> (32 - exactBits));
  if (<u32>load<u16>(exactTags + 2 * at) === ((hash & 0xffff) | 1)) return load<i32>(exactBy + 4 * at);
  const coarse = (target >>> 9) * 0x9e3779b1;
  const page = <usize>(coarse >>> (32 - coarseBits));
  if (<u32>load<u8>(coarseTags + page) === ((coarse & 255) | 1)) return load<i32>(coarseBy + 4 * page);
  return otherwise;
}

/** A target that moved. */
export function learnMove(target: u32, by: i32): void {
  const hash = target * 0x9e3779b1;
  const at = <usize>(hash >>> (32 - exactBits));
  store<u16>(exactTags + 2 * at, (hash & 0xffff) | 1);
  store<i32>(exactBy + 4 * at, by);
  pass(target >>> 9, by);
}
