/** Finds the nearest match of each length at each place, by two short tables and a binary tree of what came before. */

/** How far and how hard is searched. */
export interface FinderSettings {
  /** Longer matches than this are not told apart. */
  readonly nice: number;
  /** Nodes of the tree that are looked at. */
  readonly depth: number;
  readonly dictionary: number;
}

/** The matches at one place, the shorter before the longer. */
export interface Matches {
  readonly count: number;
  /** The longest: it may be longer than `nice`. */
  readonly longest: number;
  /** Where in `lengths` and `distances` they begin. */
  readonly from: number;
}

/** Gives matches; places are asked for in ascending order, or again. */
export interface MatchFinder {
  readonly lengths: Uint16Array;
  readonly distances: Uint32Array;
  /** Valid until the place lies 8,192 places behind the last one that was asked for. */
  at(place: number): Matches;
  /** Nodes looked at and bytes compared. */
  readonly work: () => number;
}

/** Places whose matches are kept: more than a plan looks ahead. */
const mostKept = 8192;
/** The most matches of a place: one of each length. */
const most = 274;
const longestMatch = 273;

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** Entries of the table of four bytes. */
export function hashEntries(dictionary: number): number {
  let mask = dictionary - 1;
  for (const shift of [1, 2, 4, 8]) mask |= mask >>> shift;
  mask = (mask >>> 1) | 0xffff;
  return (mask > 2 ** 24 ? mask >>> 1 : mask) + 1;
}

/** A finder for the text between two places. */
export function openMatchFinder(text: Uint8Array, begin: number, end: number, settings: FinderSettings): MatchFinder {
  const { nice, depth, dictionary } = settings;
  const kept = Math.min(mostKept, end - begin + 1);
  const two = new Int32Array(1024).fill(-1);
  const three = new Int32Array(65_536).fill(-1);
  const four = new Int32Array(hashEntries(dictionary)).fill(-1);
  const mask = four.length - 1;
  const span = Math.min(dictionary + 1, end - begin + 1);
  const sons = new Int32Array(2 * span);
  const lengths = new Uint16Array(kept * most);
  const distances = new Uint32Array(kept * most);
  const counts = new Uint16Array(kept);
  const longests = new Uint16Array(kept);
  let next = begin;
  let work = 0;

  const common = (a: number, b: number, from: number, limit: number): number => {
    let length = from;
    while (length < limit && text[a + length] === text[b + length]) length++;
    work += length - from;
    return length;
  };
  /** Puts the place into the tree, on the way down to which matches longer than `best` are added, unless it is found already. */
  const grow = (place: number, root: number, limit: number, shortest: number, first: number, add: boolean): number => {
    const own = (place - begin) % span;
    let [left, right] = [2 * own, 2 * own + 1];
    let [leftLength, rightLength] = [0, 0];
    let best = shortest;
    let count = first;
    const to = (place % kept) * most;
    let node = root;
    for (let tries = depth; ; tries--) {
      const distance = place - node;
      if (tries === 0 || node < 0 || distance > dictionary) {
        sons[left] = sons[right] = -1;
        return count;
      }
      const pair = 2 * ((node - begin) % span);
      work++;
      let length = Math.min(leftLength, rightLength);
      if (text[node + length] === text[place + length]) {
        length = common(node, place, length + 1, limit);
        if (add && length > best) {
          best = length;
          lengths[to + count] = length;
          distances[to + count++] = distance;
        }
        if (length === limit) {
          sons[left] = sons[pair] ?? -1;
          sons[right] = sons[pair + 1] ?? -1;
          return count;
        }
      }
      if ((text[node + length] ?? 0) < (text[place + length] ?? 0)) {
        sons[left] = node;
        left = pair + 1;
        node = sons[left] ?? -1;
        leftLength = length;
      } else {
        sons[right] = node;
        right = pair;
        node = sons[right] ?? -1;
        rightLength = length;
      }
    }
  };
  const look = (place: number): void => {
    const slot = place % kept;
    counts[slot] = longests[slot] = 0;
    const left = end - place;
    if (left < 4 && left < nice) return;
    const limit = Math.min(nice, left);
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = [text[place], text[place + 1], text[place + 2], text[place + 3]];
    const mixed = (crcTable[b0] ?? 0) ^ b1;
    const [h2, h3] = [mixed & 1023, (mixed ^ (b2 << 8)) & 0xffff];
    const h4 = (mixed ^ (b2 << 8) ^ ((crcTable[b3] ?? 0) << 5)) & mask;
    const [near2, near3, root] = [two[h2] ?? -1, three[h3] ?? -1, four[h4] ?? -1];
    two[h2] = three[h3] = four[h4] = place;
    const to = slot * most;
    let count = 0;
    let best = 1;
    const take = (from: number, length: number): void => {
      best = length;
      lengths[to + count] = length;
      distances[to + count++] = place - from;
    };
    const isNear = (from: number): boolean => from >= 0 && place - from <= dictionary && text[from] === b0;
    if (isNear(near2)) take(near2, 2);
    if (near3 !== near2 && isNear(near3)) take(near3, 3);
    if (count > 0) {
      best = common(place - (distances[to + count - 1] ?? 0), place, best, limit);
      lengths[to + count - 1] = best;
    }
    count = grow(place, root, limit, Math.max(best, 3), count, best !== limit || count === 0);
    counts[slot] = count;
    if (count === 0) return;
    const longest = lengths[to + count - 1] ?? 0;
    const from = place - (distances[to + count - 1] ?? 0);
    longests[slot] = longest === nice ? common(from, place, longest, Math.min(left, longestMatch)) : longest;
  };
  return {
    lengths,
    distances,
    at: (place) => {
      while (next <= place) look(next++);
      const slot = place % kept;
      return { count: counts[slot] ?? 0, longest: longests[slot] ?? 0, from: slot * most };
    },
    work: () => work,
  };
}
