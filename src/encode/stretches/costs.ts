/**
 * The model of coded sizes that the choice of stretches goes by. It is learned from the streams of an earlier choice: how
 * often each byte and each difference occurs there, and how long the streams became when coded.
 */

/** What an earlier choice came to. */
export interface Experience {
  /** As the engine counts: 4 x 256 for differences by class, then 256 x 256 for bytes of the extra stream by the byte before. */
  readonly counts: Uint32Array;
  readonly triples: number;
  /** Sum over the triples of the bits that each move needs. */
  readonly moveBits: number;
  /** Coded lengths in bytes. */
  readonly control: number;
  readonly diff: number;
  readonly extra: number;
}

/** How the learned costs are bent: what was coded last time was what is cheap to code so, and does not speak for the rest. */
export interface Bias {
  /** Factors on the costs of differences other than 0, of copied bytes, and of turning to another diagonal. */
  readonly difference: number;
  readonly copy: number;
  readonly turn: number;
}

const classes = 4;
const copyCounts = classes * 256;

/** Where the parts of the model lie, in numbers, as the engine reads them; see wasm/trellis.ts. */
const differenceCosts = 256;
const nearCost = 5 * 256;
const copyTable = 2048;
/** Numbers in a model. */
export const modelLength: number = copyTable + 65_536;

/** One bit is 32 units. */
const unit = 32;
/** A difference that repeats the one 4 or 8 bytes before. */
const nearBits = 5;
/** A move's cost per bit of its length. */
const moveBitCost = 0.8;
/** To copy at all: the triple's second number is not 0 then. */
const copyBits = 6;

/** Logarithm to base 2, to 1/1024, the same on every machine. */
function log2(value: number): number {
  let whole = 0;
  let rest = value;
  for (; rest >= 2; rest /= 2) whole++;
  for (; rest < 1; rest *= 2) whole--;
  let bits = 0;
  for (let k = 0; k < 10; k++) {
    rest *= rest;
    bits *= 2;
    if (rest >= 2) {
      rest /= 2;
      bits++;
    }
  }
  return whole + bits / 1024;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** The costs to choose by, in 1/32 bit, as the engine reads them. */
export function learnCosts(seen: Experience, bias: Bias): Int32Array {
  const model = new Int32Array(modelLength);
  const count = (at: number) => seen.counts[at] ?? 0;

  const differenceBits = new Float64Array(classes * 256);
  let allDifferenceBits = 0;
  for (let k = 0; k < classes; k++) {
    let total = 0;
    for (let d = 0; d < 256; d++) total += count(k * 256 + d);
    for (let d = 0; d < 256; d++) {
      const bits = log2((total + 51.2) / (count(k * 256 + d) + 0.2));
      differenceBits[k * 256 + d] = bits;
      allDifferenceBits += bits * count(k * 256 + d);
    }
  }

  const values = new Float64Array(256);
  const contexts = new Float64Array(256);
  let copied = 0;
  for (let i = 0; i < 65_536; i++) {
    const n = count(copyCounts + i);
    values[i & 255] = (values[i & 255] ?? 0) + n;
    contexts[i >> 8] = (contexts[i >> 8] ?? 0) + n;
    copied += n;
  }
  // The share of a value after another is held near its share of all: as if it had been seen 16 more times by that.
  const share = values.map((n) => (n + 0.5) / (copied + 128));
  const alone = share.map((part) => log2(1 / part));
  const copyBitsOf = new Float64Array(65_536);
  let allCopyBits = 0;
  for (let context = 0; context < 256; context++) {
    const seenHere = (contexts[context] ?? 0) + 16;
    const unseen = log2(seenHere / 16);
    for (let value = 0; value < 256; value++) {
      const n = count(copyCounts + context * 256 + value);
      const bits = n === 0 ? unseen + (alone[value] ?? 0) : log2(seenHere / (n + 16 * (share[value] ?? 0)));
      copyBitsOf[context * 256 + value] = bits;
      allCopyBits += bits * n;
    }
  }

  // The coder sees more than these counts do: scaled to what it made of the streams.
  const overhead = 40;
  const differenceScale = allDifferenceBits < 1 ? 1 : clamp(((seen.diff - overhead) * 8) / allDifferenceBits, 0.3, 1.2);
  const copyScale = copied < 2000 ? 0.8 : clamp(((seen.extra - overhead) * 8) / allCopyBits, 0.3, 1.1);
  for (let i = 0; i < differenceBits.length; i++) {
    const factor = (i & 255) === 0 ? 1 : bias.difference;
    model[differenceCosts + i] = Math.round(unit * differenceScale * factor * (differenceBits[i] ?? 0));
  }
  const copyUnit = unit * copyScale * bias.copy;
  for (let i = 0; i < 65_536; i++) model[copyTable + i] = copyUnit * (copyBitsOf[i] ?? 0) + 0.5;
  const triples = Math.max(1, seen.triples);
  const turnBits = (bias.turn * seen.control * 8) / triples - (moveBitCost * seen.moveBits) / triples - 0.7 * copyBits;
  model[nearCost] = unit * nearBits;
  model[nearCost + 1] = Math.round(unit * clamp(turnBits, 4, 200));
  model[nearCost + 2] = Math.round(unit * moveBitCost);
  model[nearCost + 3] = unit * copyBits;
  return model;
}
