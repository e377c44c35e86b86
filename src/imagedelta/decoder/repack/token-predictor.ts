/** The prediction of docs/formats/image-repack.md, section 4, as a decoder makes it. */
import type { MatchedPlace } from './part.js';

const nowhere = -1;

/** Predicts the tokens of a text one after another. */
export class TokenPredictor {
  /** The prediction; a literal has the distance 0. */
  length = 0;
  distance = 0;
  /** Candidates and bytes that were looked at. */
  work = 0;
  readonly shortest: number;
  readonly longestDistance: number;
  readonly #text: Uint8Array;
  readonly #part: MatchedPlace;
  readonly #head: Int32Array;
  readonly #link: Int32Array;
  #floor = 0;
  #end: number;
  #pendingLength = 0;
  #pendingDistance = 0;
  #nextLength = 0;
  #nextDistance = 0;
  #foundLength = 0;
  #foundDistance = 0;
  /** The place that the look at what follows has inserted already. */
  #seen = nowhere;

  constructor(text: Uint8Array, part: MatchedPlace) {
    const { mode, hashBits } = part.prediction;
    const window = part.codec === 'deflate' ? 32_768 : 65_536;
    this.shortest = part.codec === 'deflate' ? 3 : 4;
    this.longestDistance = part.codec === 'deflate' ? 32_768 : 65_535;
    this.#text = text;
    this.#part = part;
    this.#end = text.length;
    this.#head = new Int32Array(mode === 0 ? 0 : 2 ** hashBits).fill(nowhere);
    this.#link = new Int32Array(mode === 0 ? 0 : window).fill(nowhere);
  }

  /** A block of lz4 begins: matches reach back to `floor`, and it ends there. */
  beginBlock(floor: number, end: number): void {
    this.#floor = floor;
    this.#end = end;
    this.#pendingDistance = 0;
  }

  /** Predicts the token at `at`. */
  predict(at: number): void {
    this.length = this.distance = this.#nextDistance = 0;
    const { mode, lazy, tooFar } = this.#part.prediction;
    if (mode === 0) return;
    if (mode === 2 && this.#pendingDistance > 0) {
      this.#foundLength = this.#pendingLength;
      this.#foundDistance = this.#pendingDistance;
    } else {
      this.#search(at, this.shortest - 1);
      if (mode === 2 && this.#foundLength === this.shortest && this.#foundDistance > tooFar) this.#foundDistance = 0;
    }
    const [length, distance] = [this.#foundLength, this.#foundDistance];
    if (mode === 2) {
      this.#insert(at);
      this.#seen = at;
    }
    if (distance === 0) return;
    if (mode === 2 && length < lazy && at + 1 < this.#text.length) {
      this.#search(at + 1, length);
      if (this.#foundDistance > 0) {
        this.#nextLength = this.#foundLength;
        this.#nextDistance = this.#foundDistance;
        return;
      }
    }
    this.length = length;
    this.distance = distance;
  }

  /** The token at `at` is this one, of which a prediction was made. */
  accept(at: number, length: number, distance: number): void {
    const { mode, lazy } = this.#part.prediction;
    const literal = distance === 0;
    this.#pendingLength = this.#nextLength;
    this.#pendingDistance = literal ? this.#nextDistance : 0;
    if (mode === 0) return;
    const count = literal || (mode === 1 && length > lazy) ? 1 : length;
    for (let place = at; place < at + count; place++) if (place !== this.#seen) this.#insert(place);
  }

  /** Bytes that are no tokens stand there. */
  pass(from: number, to: number): void {
    this.#pendingDistance = 0;
    if (this.#part.prediction.mode === 0) return;
    for (let place = from; place < to; place++) this.#insert(place);
  }

  /** Distance of the nearest match of this length; 0 if there is none. */
  nearest(at: number, length: number): number {
    if (this.#part.prediction.mode === 0 || length < this.shortest || length > this.#longest(at)) return 0;
    let place = this.#first(at);
    for (let tries = 0; tries < 4096 && this.#reaches(place, at); tries++) {
      this.work++;
      if (this.#common(place, at, length) === length) return at - place;
      place = this.#before(place);
    }
    return 0;
  }

  #longest(at: number): number {
    if (this.#part.codec === 'deflate') return Math.min(258, this.#text.length - at);
    return at > this.#end - 12 ? 0 : this.#end - 5 - at;
  }

  #hash(at: number): number {
    const { hashBits } = this.#part.prediction;
    const text = this.#text;
    if (this.#part.codec === 'deflate') {
      const step = Math.floor((hashBits + 2) / 3);
      let hash = text[at] ?? 0;
      hash = (hash << step) ^ (text[at + 1] ?? 0);
      hash = (hash << step) ^ (text[at + 2] ?? 0);
      return hash & (2 ** hashBits - 1);
    }
    const high = ((text[at + 3] ?? 0) << 8) | (text[at + 2] ?? 0);
    const word = (high << 16) | ((text[at + 1] ?? 0) << 8) | (text[at] ?? 0);
    return Math.imul(word, 0x9e3779b1) >>> (32 - hashBits);
  }

  #insert(at: number): void {
    if (at + this.shortest > this.#text.length) return;
    const hash = this.#hash(at);
    this.#link[at % this.#link.length] = this.#head[hash] ?? nowhere;
    this.#head[hash] = at;
  }

  #first(at: number): number {
    if (at + this.shortest > this.#text.length) return nowhere;
    const place = this.#head[this.#hash(at)] ?? nowhere;
    return place === at ? (this.#link[at % this.#link.length] ?? nowhere) : place;
  }

  #before(place: number): number {
    const other = this.#link[place % this.#link.length] ?? nowhere;
    return other < place ? other : nowhere;
  }

  #reaches(place: number, at: number): boolean {
    return place !== nowhere && place >= this.#floor && at - place <= this.longestDistance;
  }

  #common(place: number, at: number, most: number): number {
    const text = this.#text;
    let same = 0;
    while (same < most && text[place + same] === text[at + same]) same++;
    this.work += same;
    return same;
  }

  #search(at: number, than: number): void {
    this.#foundLength = this.#foundDistance = 0;
    const { good, nice, chain, farthest } = this.#part.prediction;
    const longest = this.#longest(at);
    const lowest = this.#part.codec === 'deflate' ? 1 : this.#floor;
    let tries = than >= good ? Math.floor(chain / 4) : chain;
    let best = than;
    for (let place = this.#first(at); tries > 0 && this.#reaches(place, at); place = this.#before(place)) {
      if (place < lowest || at - place > farthest) return;
      tries--;
      this.work++;
      // Nothing longer is possible where the byte behind the best one differs.
      if (best >= longest || this.#text[place + best] !== this.#text[at + best]) continue;
      const length = this.#common(place, at, longest);
      if (length <= best) continue;
      best = length;
      this.#foundLength = length;
      this.#foundDistance = at - place;
      if (length >= Math.min(nice, longest)) return;
    }
  }
}
