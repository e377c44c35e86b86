/** The filters of xz that make targets of branches absolute, so that equal branches look equal: docs/formats/image-repack.md. */

/** As the xz format numbers them: 0 none, 7 ARM, 8 Thumb, 10 AArch64. */
export type BranchFilter = 0 | 7 | 8 | 10;

/** The bytes filtered, or as they were before; without a filter the very bytes. */
export function filterBranches(filter: BranchFilter, bytes: Uint8Array, way: 'apply' | 'undo'): Uint8Array {
  if (filter === 0) return bytes;
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  const sign = way === 'apply' ? 1 : -1;
  if (filter === 7) arm(view, sign);
  else if (filter === 8) thumb(view, sign);
  else aarch64(view, sign);
  return out;
}

function arm(view: DataView, sign: number): void {
  for (let at = 0; at + 4 <= view.byteLength; at += 4) {
    const word = view.getUint32(at, true);
    if (word >>> 24 !== 0xeb) continue;
    view.setUint32(at, (0xeb000000 | ((word + sign * ((at + 8) >>> 2)) & 0xffffff)) >>> 0, true);
  }
}

function thumb(view: DataView, sign: number): void {
  for (let at = 0; at + 4 <= view.byteLength; at += 2) {
    const [first, second] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (first >> 11 !== 0x1e || second >> 11 !== 0x1f) continue;
    const target = (((first & 0x7ff) << 11) | (second & 0x7ff)) + sign * ((at + 4) >>> 1);
    view.setUint16(at, 0xf000 | ((target >> 11) & 0x7ff), true);
    view.setUint16(at + 2, 0xf800 | (target & 0x7ff), true);
    at += 2;
  }
}

function aarch64(view: DataView, sign: number): void {
  for (let at = 0; at + 4 <= view.byteLength; at += 4) {
    const word = view.getUint32(at, true);
    if (word >>> 26 === 0x25) {
      view.setUint32(at, (0x94000000 | ((word + sign * (at >>> 2)) & 0x3ffffff)) >>> 0, true);
    } else if ((word & 0x9f000000) >>> 0 === 0x90000000) {
      const page = ((word >>> 29) & 3) | ((word >>> 3) & 0x1ffffc);
      if (((page + 0x20000) & 0x1c0000) !== 0) continue;
      const moved = page + sign * (at >>> 12);
      const high = (moved & 0x20000) === 0 ? 0 : 0xe00000;
      view.setUint32(at, ((word & 0x9000001f) | ((moved & 3) << 29) | ((moved & 0x3fffc) << 3) | high) >>> 0, true);
    }
  }
}
