/**
 * The suffix array of `text`: the starts of its suffixes in byte order, a suffix that is the beginning of another first.
 * Induced sorting (SA-IS): time and memory grow with the length only, whatever the content.
 */
export function suffixArray(text: Uint8Array): Int32Array {
  return induced(text, 256);
}

function induced(text: Uint8Array | Int32Array, alphabet: number): Int32Array {
  const n = text.length;
  const order = new Int32Array(n);
  if (n < 2) return order;
  // small[i] is 1 when suffix i is smaller than suffix i + 1; the empty suffix is the smallest of all.
  const small = new Uint8Array(n);
  const heads = new Int32Array(alphabet + 1);
  for (let i = n - 1; i >= 0; i--) {
    const here = text[i] ?? 0;
    const next = i + 1 < n ? (text[i + 1] ?? 0) : -1;
    small[i] = here === next ? (small[i + 1] ?? 0) : here < next ? 1 : 0;
    heads[here + 1] = (heads[here + 1] ?? 0) + 1;
  }
  for (let c = 0; c < alphabet; c++) heads[c + 1] = (heads[c + 1] ?? 0) + (heads[c] ?? 0);
  const isLms = (i: number) => i > 0 && small[i] === 1 && small[i - 1] === 0;

  const induce = (seeds: Int32Array) => {
    order.fill(-1);
    let ends = heads.slice(1);
    for (let k = seeds.length - 1; k >= 0; k--) {
      const at = seeds[k] ?? 0;
      const c = text[at] ?? 0;
      const slot = (ends[c] ?? 0) - 1;
      ends[c] = slot;
      order[slot] = at;
    }
    const starts = heads.slice();
    const pushLarge = (at: number) => {
      const c = text[at] ?? 0;
      const slot = starts[c] ?? 0;
      starts[c] = slot + 1;
      order[slot] = at;
    };
    pushLarge(n - 1);
    for (let k = 0; k < n; k++) {
      const at = (order[k] ?? 0) - 1;
      if (at >= 0 && small[at] === 0) pushLarge(at);
    }
    ends = heads.slice(1);
    for (let k = n - 1; k >= 0; k--) {
      const at = (order[k] ?? 0) - 1;
      if (at >= 0 && small[at] === 1) {
        const c = text[at] ?? 0;
        const slot = (ends[c] ?? 0) - 1;
        ends[c] = slot;
        order[slot] = at;
      }
    }
  };

  let count = 0;
  for (let i = 1; i < n; i++) if (isLms(i)) count++;
  const lms = new Int32Array(count);
  for (let i = 1, k = 0; i < n; i++) if (isLms(i)) lms[k++] = i;
  induce(lms);
  if (count < 2) return order;

  const sorted = new Int32Array(count);
  for (let k = 0, to = 0; k < n; k++) if (isLms(order[k] ?? 0)) sorted[to++] = order[k] ?? 0;
  const names = new Int32Array(n);
  const sameSubstring = (a: number, b: number): boolean => {
    for (let d = 0; ; d++) {
      if (a + d >= n || b + d >= n || text[a + d] !== text[b + d] || small[a + d] !== small[b + d]) return false;
      if (d > 0 && isLms(a + d)) return true;
    }
  };
  let name = 0;
  for (let k = 0; k < count; k++) {
    const at = sorted[k] ?? 0;
    if (k > 0 && !sameSubstring(sorted[k - 1] ?? 0, at)) name++;
    names[at] = name;
  }
  if (name + 1 < count) {
    const reduced = new Int32Array(count);
    for (let k = 0; k < count; k++) reduced[k] = names[lms[k] ?? 0] ?? 0;
    const inner = induced(reduced, name + 1);
    for (let k = 0; k < count; k++) sorted[k] = lms[inner[k] ?? 0] ?? 0;
  }
  induce(sorted);
  return order;
}
