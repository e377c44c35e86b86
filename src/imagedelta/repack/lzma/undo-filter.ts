/** Undoes the branch filters of xz, from their description: an address is the branch's own place and what it adds. */

/** The text as it was before the filter; a filter that is not known leaves it as it is. */
export function undoFilter(filter: number, text: Uint8Array): Uint8Array {
  if (filter === 7) return undoArm(text);
  if (filter === 8) return undoThumb(text);
  return filter === 10 ? undoAarch64(text) : text;
}

function undoArm(text: Uint8Array): Uint8Array {
  const out = text.slice();
  for (let i = 0; i + 4 <= out.length; i += 4) {
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = out.subarray(i, i + 4);
    if (b3 !== 0xeb) continue;
    const target = (((b0 | (b1 << 8) | (b2 << 16)) << 2) - (i + 8)) >> 2;
    out[i] = target;
    out[i + 1] = target >> 8;
    out[i + 2] = target >> 16;
  }
  return out;
}

function undoThumb(text: Uint8Array): Uint8Array {
  const out = text.slice();
  for (let i = 0; i + 4 <= out.length; i += 2) {
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = out.subarray(i, i + 4);
    if ((b1 & 0xf8) !== 0xf0 || (b3 & 0xf8) !== 0xf8) continue;
    const target = ((((b1 & 7) << 19) | (b0 << 11) | ((b3 & 7) << 8) | b2) << 1) - (i + 4);
    out[i + 1] = 0xf0 | ((target >> 20) & 7);
    out[i] = target >> 12;
    out[i + 3] = 0xf8 | ((target >> 9) & 7);
    out[i + 2] = target >> 1;
    i += 2;
  }
  return out;
}

function undoAarch64(text: Uint8Array): Uint8Array {
  const out = text.slice();
  const view = new DataView(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i + 4 <= out.length; i += 4) {
    const instruction = view.getUint32(i, true);
    if (instruction >>> 26 === 0x25) {
      view.setUint32(i, 0x94000000 + ((instruction - (i >>> 2)) & 0x03ffffff), true);
    } else if (((instruction >>> 24) & 0x9f) === 0x90) {
      const source = ((instruction >>> 29) % 4) | ((instruction >>> 3) & 0x001ffffc);
      if (((source + 0x00020000) & 0x001c0000) !== 0) continue;
      const page = source - (i >>> 12);
      const bits = ((page & 3) << 29) | ((page & 0x0003ffff & ~3) << 3) | ((page & 0x00020000) !== 0 ? 0x00e00000 : 0);
      view.setUint32(i, ((instruction & 0x9000001f) | bits) >>> 0, true);
    }
  }
  return out;
}
