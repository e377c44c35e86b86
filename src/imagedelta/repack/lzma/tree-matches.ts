/** Matches of each place, by a binary tree of the text before it, as packers find them. */

/** How a packer searches. */
export interface SearchSettings {
  readonly nice: number;
  readonly depth: number;
  readonly dictionary: number;
}

/** Matches of the places that were asked for last. */
export interface TreeMatches {
  /** Looks at all places up to this one. */
  reach(position: number): void;
  count(position: number): number;
  /** The length of the longest match, also beyond `nice`. */
  longest(position: number): number;
  length(position: number, index: number): number;
  /** Counted from 0. */
  distance(position: number, index: number): number;
  readonly work: () => number;
}

const mostKept = 8192;
const most = 273;
const crc = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let value = byte;
  for (let i = 0; i < 8; i++) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ 0xedb88320;
  crc[byte] = value;
}

/** Entries of the table that is addressed by four bytes. */
export function tableSize(dictionary: number): number {
  let size = dictionary - 1;
  size |= size >> 1;
  size |= size >> 2;
  size |= size >> 4;
  size |= size >> 8;
  size = (size >> 1) | 0xffff;
  if (size > 1 << 24) size >>= 1;
  return size + 1;
}

/** The matches in text[begin, end). */
export function openTreeMatches(
  text: Uint8Array,
  begin: number,
  end: number,
  { nice, depth, dictionary }: SearchSettings,
): TreeMatches {
  const ring = Math.min(mostKept, end - begin + 1);
  const window = Math.min(dictionary + 1, end - begin + 1);
  const heads2 = new Int32Array(1 << 10).fill(-1);
  const heads3 = new Int32Array(1 << 16).fill(-1);
  const heads4 = new Int32Array(tableSize(dictionary)).fill(-1);
  const mask = heads4.length - 1;
  const son = new Int32Array(2 * window);
  const counts = new Int32Array(ring);
  const longests = new Int32Array(ring);
  const lengths = new Uint16Array(ring * most);
  const distances = new Int32Array(ring * most);
  let next = begin;
  let work = 0;

  const step = (position: number): void => {
    const slot = position % ring;
    const base = slot * most;
    counts[slot] = 0;
    longests[slot] = 0;
    let limit = end - position;
    if (nice <= limit) limit = nice;
    else if (limit < 4) return;
    const first = text[position] ?? 0;
    const two = (crc[first] ?? 0) ^ (text[position + 1] ?? 0);
    const three = two ^ ((text[position + 2] ?? 0) << 8);
    const four = (three ^ ((crc[text[position + 3] ?? 0] ?? 0) << 5)) & mask;
    const at2 = heads2[two & 1023] ?? -1;
    const at3 = heads3[three & 0xffff] ?? -1;
    let current = heads4[four] ?? -1;
    heads2[two & 1023] = position;
    heads3[three & 0xffff] = position;
    heads4[four] = position;
    const delta2 = at2 < 0 ? dictionary + 1 : position - at2;
    const delta3 = at3 < 0 ? dictionary + 1 : position - at3;
    let count = 0;
    let best = 1;
    if (delta2 <= dictionary && text[at2] === first) {
      best = lengths[base] = 2;
      distances[base] = delta2 - 1;
      count = 1;
    }
    if (delta2 !== delta3 && delta3 <= dictionary && text[at3] === first) {
      best = 3;
      distances[base + count++] = delta3 - 1;
    }
    let full = false;
    if (count > 0) {
      const from = position - (distances[base + count - 1] ?? 0) - 1;
      const start = best;
      while (best < limit && text[from + best] === text[position + best]) best++;
      work += best - start;
      lengths[base + count - 1] = best;
      full = best === limit;
    }
    if (best < 3) best = 3;
    const own = (position - begin) % window;
    let ptr0 = 2 * own + 1;
    let ptr1 = 2 * own;
    let len0 = 0;
    let len1 = 0;
    for (let left = depth; ; left--) {
      const delta = position - current;
      if (left === 0 || current < 0 || delta > dictionary) {
        son[ptr0] = -1;
        son[ptr1] = -1;
        break;
      }
      work++;
      const pair = 2 * ((current - begin) % window);
      let length = Math.min(len0, len1);
      if (text[current + length] === text[position + length]) {
        const start = ++length;
        while (length < limit && text[current + length] === text[position + length]) length++;
        work += length - start;
        if (!full && best < length) {
          best = length;
          lengths[base + count] = length;
          distances[base + count++] = delta - 1;
        }
        if (length === limit) {
          son[ptr1] = son[pair] ?? -1;
          son[ptr0] = son[pair + 1] ?? -1;
          break;
        }
      }
      if ((text[current + length] ?? 0) < (text[position + length] ?? 0)) {
        son[ptr1] = current;
        ptr1 = pair + 1;
        current = son[ptr1] ?? -1;
        len1 = length;
      } else {
        son[ptr0] = current;
        ptr0 = pair;
        current = son[ptr0] ?? -1;
        len0 = length;
      }
    }
    if (count === 0) return;
    let longest = lengths[base + count - 1] ?? 0;
    if (longest === nice) {
      const from = position - (distances[base + count - 1] ?? 0) - 1;
      const whole = Math.min(end - position, 273);
      while (longest < whole && text[from + longest] === text[position + longest]) longest++;
      work += longest - nice;
    }
    counts[slot] = count;
    longests[slot] = longest;
  };
  return {
    reach: (position) => {
      while (next <= position) step(next++);
    },
    count: (position) => counts[position % ring] ?? 0,
    longest: (position) => longests[position % ring] ?? 0,
    length: (position, index) => lengths[(position % ring) * most + index] ?? 0,
    distance: (position, index) => distances[(position % ring) * most + index] ?? 0,
    work: () => work,
  };
}
