/** Tokens by their exceptions, both ways: docs/formats/image-repack.md, section 4. */
import { refuseDecisions } from './refuse.js';
import type { TokenPredictor } from './token-predictor.js';

/** What a decoder takes upon itself for one part. */
function mostWork(text: number): number {
  return 2 ** 24 + 4096 * text;
}

function checkWork({ work }: TokenPredictor, text: number): void {
  if (work > mostWork(text)) refuseDecisions('predicting its decisions takes too much work');
}

/** Reads decisions from their beginning to their end. */
export class DecisionReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }
  u8(): number {
    return this.#bytes[this.#at++] ?? refuseDecisions('its decisions end too early');
  }
  u16(): number {
    return this.u8() + 256 * this.u8();
  }
  u32(): number {
    return this.u16() + 65_536 * this.u16();
  }
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.u8();
      value += (byte % 128) * scale;
      if (byte < 128) break;
      if (scale === 2 ** 28) refuseDecisions('a number is too long');
    }
    return value < 2 ** 32 ? value : refuseDecisions('a number is too large');
  }
}

/** Gives the tokens of a part that is to be packed again. */
export class TokenSource {
  /** The token at hand; a literal has the distance 0. */
  length = 0;
  distance = 0;
  readonly #text: Uint8Array;
  readonly #predictor: TokenPredictor;
  readonly #reader: DecisionReader;
  /** Tokens before the next exception; infinite when there is none. */
  #right = 0;
  #tokens = 0;

  constructor(text: Uint8Array, predictor: TokenPredictor, reader: DecisionReader) {
    this.#text = text;
    this.#predictor = predictor;
    this.#reader = reader;
    this.#right = this.#gap();
  }

  #gap(): number {
    return this.#reader.ended ? Number.POSITIVE_INFINITY : this.#reader.varint();
  }

  /** The token at `at`, of a block that ends at `end` and whose matches reach back to `floor`. Answers the place behind it. */
  next(at: number, floor: number, end: number): number {
    if (at >= end) refuseDecisions('its tokens pass the end of its text');
    const predictor = this.#predictor;
    predictor.predict(at);
    if (this.#right > 0) {
      this.#right--;
      this.length = predictor.length;
      this.distance = predictor.distance;
    } else {
      this.#exception(at, floor, end);
      this.#right = this.#gap();
    }
    predictor.accept(at, this.length, this.distance);
    if ((++this.#tokens & 1023) === 0) checkWork(predictor, this.#text.length);
    return this.distance === 0 ? at + 1 : at + this.length;
  }

  #exception(at: number, floor: number, end: number): void {
    const { shortest, longestDistance } = this.#predictor;
    const what = this.#reader.varint();
    if (what === 0) {
      this.length = this.distance = 0;
      return;
    }
    if (what === 1) {
      this.length = this.#reader.varint() + shortest;
      this.distance = this.#reader.u16();
      if (this.distance === 0 || this.distance > Math.min(longestDistance, at - floor))
        refuseDecisions(`a match reaches ${this.distance} bytes back`);
    } else {
      this.length = what - 2 + shortest;
      this.distance = this.#predictor.nearest(at, this.length);
      if (this.distance === 0) refuseDecisions('there is no match of the length that it says');
    }
    const longest = shortest === 3 ? 258 : Number.POSITIVE_INFINITY;
    if (this.length > longest || at + this.length > end) refuseDecisions('a match is too long');
    const text = this.#text;
    for (let i = 0; i < this.length; i++)
      if (text[at + i] !== text[at + i - this.distance]) refuseDecisions('a match is none in its text');
  }

  /** At the end of the text no exception may be left. */
  finish(): void {
    if (this.#right !== Number.POSITIVE_INFINITY) refuseDecisions('exceptions are left over');
    checkWork(this.#predictor, this.#text.length);
  }
}

/** Writes the exceptions of a part that was taken apart. */
export class ExceptionSink {
  readonly #predictor: TokenPredictor;
  readonly #out: number[];
  readonly #text: number;
  #right = 0;
  #tokens = 0;

  constructor(predictor: TokenPredictor, out: number[], text: number) {
    this.#predictor = predictor;
    this.#out = out;
    this.#text = text;
  }

  /** The token at `at`. */
  add(at: number, length: number, distance: number): void {
    const predictor = this.#predictor;
    predictor.predict(at);
    if (predictor.distance === distance && (distance === 0 || predictor.length === length)) {
      this.#right++;
    } else {
      pushVarint(this.#out, this.#right);
      this.#right = 0;
      if (distance === 0) this.#out.push(0);
      else if (predictor.nearest(at, length) === distance) pushVarint(this.#out, length - predictor.shortest + 2);
      else {
        this.#out.push(1);
        pushVarint(this.#out, length - predictor.shortest);
        this.#out.push(distance & 255, distance >> 8);
      }
    }
    predictor.accept(at, length, distance);
    if ((++this.#tokens & 1023) === 0) checkWork(predictor, this.#text);
  }
}

function pushVarint(out: number[], value: number): void {
  let left = value;
  while (left > 127) {
    out.push(128 + (left % 128));
    left = Math.floor(left / 128);
  }
  out.push(left);
}
