/** Predicts the tokens of a packer: docs/formats/image-repack.md, section 4. */

/** How the matcher looks for matches; the names are those of zlib's table of levels. */
export interface MatcherSettings {
  readonly mode: 'none' | 'greedy' | 'lazy';
  readonly hashBits: number;
  readonly good: number;
  readonly lazy: number;
  readonly nice: number;
  readonly chain: number;
  readonly farthest: number;
  readonly tooFar: number;
}

/** No prediction: what a device needs least memory for. */
export const noMatcher: MatcherSettings = {
  mode: 'none',
  hashBits: 0,
  good: 0,
  lazy: 0,
  nice: 0,
  chain: 0,
  farthest: 0,
  tooFar: 0,
};

/** What a codec allows. */
export interface MatchRules {
  readonly shortest: 3 | 4;
  readonly window: number;
  readonly longestDistance: number;
}

export const deflateRules: MatchRules = { shortest: 3, window: 32_768, longestDistance: 32_768 };
export const lz4Rules: MatchRules = { shortest: 4, window: 65_536, longestDistance: 65_535 };

const longestDeflate = 258;
const mostCandidates = 4096;

/** A match, or a literal when the distance is 0. */
export interface Token {
  readonly length: number;
  readonly distance: number;
}

/** Goes through a text, token by token. What it answers is valid until the next question. */
export interface Predictor {
  /** A block of lz4 that ends there, and whose matches begin at `floor` at the earliest. */
  readonly block: (floor: number, end: number) => void;
  readonly predict: (at: number) => Token;
  /** Tells what the token there is. */
  readonly take: (at: number, length: number, distance: number) => void;
  /** Tells of bytes that are no tokens. */
  readonly skip: (from: number, to: number) => void;
  /** The distance of the nearest match of this length; 0 if there is none. */
  readonly nearest: (at: number, length: number) => number;
  /** Candidates and bytes that were looked at. */
  readonly work: () => number;
}

/** A predictor at the beginning of the text. */
export function openPredictor(text: Uint8Array, rules: MatchRules, settings: MatcherSettings): Predictor {
  const { shortest, window, longestDistance } = rules;
  const { mode, hashBits, good, lazy, nice, chain, farthest, tooFar } = settings;
  const isLz4 = shortest === 4;
  const heads = new Int32Array(mode === 'none' ? 0 : 1 << hashBits).fill(-1);
  const links = new Int32Array(mode === 'none' ? 0 : window).fill(-1);
  const slot = window - 1;
  const size = text.length;
  const [shift, mask] = [Math.ceil(hashBits / 3), (1 << hashBits) - 1];
  let floor = 0;
  let end = size;
  let inserted = 0;
  let work = 0;
  const guess = { length: 0, distance: 0 };
  const found = { length: 0, distance: 0 };
  const pending = { length: 0, distance: 0 };
  const next = { length: 0, distance: 0 };

  const hashOf = (at: number): number => {
    const [a = 0, b = 0, c = 0] = [text[at], text[at + 1], text[at + 2]];
    if (!isLz4) return ((a << (2 * shift)) ^ (b << shift) ^ c) & mask;
    return Math.imul(a | (b << 8) | (c << 16) | ((text[at + 3] ?? 0) << 24), 0x9e3779b1) >>> (32 - hashBits);
  };
  const insertBefore = (limit: number): void => {
    for (; inserted < limit; inserted++) {
      if (inserted + shortest > size) continue;
      const hash = hashOf(inserted);
      links[inserted & slot] = heads[hash] ?? -1;
      heads[hash] = inserted;
    }
  };
  const longestAt = (at: number): number => {
    if (!isLz4) return Math.min(longestDeflate, size - at);
    return at > end - 12 ? 0 : end - 5 - at;
  };
  const common = (a: number, b: number, longest: number): number => {
    let length = 0;
    while (length < longest && text[a + length] === text[b + length]) length++;
    work += length;
    return length;
  };
  const candidate = (at: number): number => {
    if (at + shortest > size) return -1;
    const first = heads[hashOf(at)] ?? -1;
    // The place itself may have been inserted by a look at what follows it.
    return first === at ? (links[at & slot] ?? -1) : first;
  };
  const after = (at: number): number => {
    const other = links[at & slot] ?? -1;
    return other >= at ? -1 : other;
  };
  const search = (at: number, than: number): void => {
    found.length = 0;
    found.distance = 0;
    const longest = longestAt(at);
    if (than >= longest) return;
    const enough = Math.min(nice, longest);
    const lowest = Math.max(at - farthest, isLz4 ? floor : 1);
    let best = than;
    let tries = than >= good ? chain >> 2 : chain;
    let last = text[at + best];
    let last2 = text[at + best - 1];
    let other = candidate(at);
    for (; other >= lowest && tries > 0; other = after(other)) {
      tries--;
      work++;
      if (text[other + best] !== last || text[other + best - 1] !== last2) continue;
      const length = common(other, at, longest);
      if (length <= best) continue;
      best = length;
      last = text[at + best];
      last2 = text[at + best - 1];
      found.length = length;
      found.distance = at - other;
      if (length >= enough) return;
    }
  };
  const predictLazily = (at: number): void => {
    if (pending.distance > 0) {
      found.length = pending.length;
      found.distance = pending.distance;
    } else {
      search(at, shortest - 1);
      if (found.length === shortest && found.distance > tooFar) found.distance = 0;
    }
    guess.length = found.length;
    guess.distance = found.distance;
    next.distance = 0;
    insertBefore(at + 1);
    if (guess.distance === 0 || guess.length >= lazy || at + 1 >= size) return;
    search(at + 1, guess.length);
    if (found.distance === 0) return;
    next.length = found.length;
    next.distance = found.distance;
    guess.distance = 0;
  };

  return {
    block: (from, to) => {
      floor = from;
      end = to;
      pending.distance = 0;
    },
    predict: (at) => {
      guess.distance = 0;
      next.distance = 0;
      if (mode === 'lazy') predictLazily(at);
      if (mode === 'greedy') {
        search(at, shortest - 1);
        guess.length = found.length;
        guess.distance = found.distance;
      }
      return guess;
    },
    take: (at, length, distance) => {
      const isMatch = distance > 0;
      pending.length = next.length;
      pending.distance = isMatch ? 0 : next.distance;
      if (mode === 'none') return;
      const to = at + (isMatch ? length : 1);
      insertBefore(mode === 'lazy' || !isMatch || length <= lazy ? to : at + 1);
      inserted = to;
    },
    skip: (from, to) => {
      pending.distance = 0;
      if (mode === 'none') return;
      inserted = from;
      insertBefore(to);
    },
    nearest: (at, length) => {
      if (mode === 'none' || length < shortest || length > longestAt(at)) return 0;
      let tries = mostCandidates;
      const lowest = Math.max(at - longestDistance, floor);
      for (let other = candidate(at); other >= lowest && tries > 0; other = after(other)) {
        tries--;
        work++;
        if (common(other, at, length) === length) return at - other;
      }
      return 0;
    },
    work: () => work,
  };
}
