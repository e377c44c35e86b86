/** Reads a deflate stream with all that its packer has decided: RFC 1951. */
import { endOfBlock, fixedDistances, fixedLiterals } from './deflate-alphabet.js';
import { lengthOrder, runOf } from './huffman.js';
import { refuseOldPart } from './refuse.js';

/** Symbols by the bits that they are written with: a node's two followers, or a symbol as -1 - symbol. */
type Tree = Int32Array;

function treeOf(lengths: readonly number[]): Tree {
  const next: number[] = [];
  for (let length = 1, code = 0; length < 16; length++) {
    code = 2 * (code + (length === 1 ? 0 : lengths.filter((each) => each === length - 1).length));
    next[length] = code;
  }
  const nodes = [0, 0];
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    if (code >= 2 ** length) refuseOldPart('lengths that are no code');
    let node = 0;
    for (let bit = length - 1; bit >= 0; bit--) {
      const slot = node + ((code >> bit) & 1);
      if (bit === 0) {
        nodes[slot] = -1 - symbol;
        continue;
      }
      let follower = nodes[slot] ?? 0;
      if (follower < 0) refuseOldPart('lengths that are no code');
      if (follower === 0) {
        follower = nodes.length;
        nodes.push(0, 0);
        nodes[slot] = follower;
      }
      node = follower;
    }
  }
  return Int32Array.from(nodes);
}

class BitSource {
  readonly #bytes: Uint8Array;
  /** In bits. */
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bits(count: number): number {
    let value = 0;
    for (let bit = 0; bit < count; bit++) value |= this.bit() << bit;
    return value;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3] ?? refuseOldPart('it ends within a block');
    return (byte >> (this.#at++ & 7)) & 1;
  }

  symbol(tree: Tree): number {
    let node = 0;
    do {
      node = tree[node + this.bit()] ?? 0;
      if (node === 0) refuseOldPart('bits that are no code');
    } while (node > 0);
    return -1 - node;
  }

  align(): void {
    while ((this.#at & 7) !== 0) if (this.bit() !== 0) refuseOldPart('bits between its blocks');
  }

  take(count: number): Uint8Array {
    const at = this.#at >> 3;
    if (at + count > this.#bytes.length) refuseOldPart('it ends within a block');
    this.#at += 8 * count;
    return this.#bytes.subarray(at, at + count);
  }

  get ended(): boolean {
    return this.#at === 8 * this.#bytes.length;
  }
}

/** What a dynamic block says of its codes. */
export interface Codes {
  readonly literals: readonly number[];
  readonly distances: readonly number[];
  readonly runs: readonly number[];
  readonly ofLengths: readonly number[];
  readonly count: number;
}

function readCodes(source: BitSource): Codes {
  const [literals, distances, count] = [257 + source.bits(5), 1 + source.bits(5), 4 + source.bits(4)];
  if (literals > 286 || distances > 30) refuseOldPart('a code with too many symbols');
  const ofLengths = new Array<number>(19).fill(0);
  for (const symbol of lengthOrder.slice(0, count)) ofLengths[symbol] = source.bits(3);
  const tree = treeOf(ofLengths);
  const [lengths, runs]: [number[], number[]] = [[], []];
  while (lengths.length < literals + distances) {
    const symbol = source.symbol(tree);
    const number =
      symbol < 16 ? 0 : symbol === 16 ? 1 + source.bits(2) : symbol === 17 ? 5 + source.bits(3) : 13 + source.bits(7);
    const value = symbol < 16 ? symbol : symbol === 16 ? (lengths.at(-1) ?? refuseOldPart('a run of nothing')) : 0;
    runs.push(number);
    for (let times = runOf(number, 0).times; times > 0; times--) lengths.push(value);
  }
  if (lengths.length > literals + distances) refuseOldPart('a run beyond the lengths');
  return { literals: lengths.slice(0, literals), distances: lengths.slice(literals), runs, ofLengths, count };
}

const fixedTrees = { literals: treeOf(fixedLiterals), distances: treeOf(fixedDistances) };

/** A block as it was read. */
export interface ReadBlock {
  readonly type: number;
  readonly final: boolean;
  /** Bytes of a stored block, tokens of another one. */
  readonly count: number;
  readonly codes: Codes | undefined;
}

/** Text of a part, and its tokens. */
export class UnpackedStream {
  readonly text: Uint8Array;
  size = 0;
  lengths = new Uint16Array(4096);
  distances = new Uint16Array(4096);
  count = 0;

  constructor(size: number) {
    this.text = new Uint8Array(size);
  }

  room(count: number): void {
    if (this.size + count > this.text.length) refuseOldPart('it unpacks to more than it should');
  }

  token(length: number, distance: number): void {
    if (this.count === this.lengths.length) {
      const [lengths, distances] = [new Uint16Array(2 * this.count), new Uint16Array(2 * this.count)];
      lengths.set(this.lengths);
      distances.set(this.distances);
      [this.lengths, this.distances] = [lengths, distances];
    }
    this.lengths[this.count] = length;
    this.distances[this.count++] = distance;
  }

  literal(byte: number): void {
    this.room(1);
    this.text[this.size++] = byte;
    this.token(0, 0);
  }

  match(length: number, distance: number): void {
    this.room(length);
    if (distance > this.size) refuseOldPart('a match reaches before its beginning');
    for (let left = length; left > 0; left--, this.size++) this.text[this.size] = this.text[this.size - distance] ?? 0;
    this.token(length, distance);
  }
}

function readTokens(source: BitSource, into: UnpackedStream, codes: Codes | undefined): number {
  const trees =
    codes === undefined ? fixedTrees : { literals: treeOf(codes.literals), distances: treeOf(codes.distances) };
  const before = into.count;
  for (;;) {
    const symbol = source.symbol(trees.literals);
    if (symbol < endOfBlock) {
      into.literal(symbol);
      continue;
    }
    if (symbol === endOfBlock) return into.count - before;
    if (symbol > 285) refuseOldPart('a length of an unknown symbol');
    const length = lengthFrom(symbol, source);
    const far = source.symbol(trees.distances);
    if (far > 29) refuseOldPart('a distance of an unknown symbol');
    const bits = far < 4 ? 0 : (far >> 1) - 1;
    into.match(length, 1 + (far < 4 ? far : (2 + (far & 1)) << bits) + source.bits(bits));
  }
}

function lengthFrom(symbol: number, source: BitSource): number {
  const value = symbol - 257;
  if (value < 8) return 3 + value;
  if (symbol === 285) return 258;
  const bits = (value >> 2) - 1;
  const length = 3 + ((4 + (value & 3)) << bits) + source.bits(bits);
  return length < 258 ? length : refuseOldPart('a length of 258 that is written in the longer way');
}

/** The blocks of a stream; text and tokens go into `into`, whose text must be full then. Throws a DeltaError with code 24. */
export function readBlocks(packed: Uint8Array, into: UnpackedStream): readonly ReadBlock[] {
  const source = new BitSource(packed);
  const blocks: ReadBlock[] = [];
  for (let final = false; !final; ) {
    final = source.bit() === 1;
    const type = source.bits(2);
    if (type === 3) refuseOldPart('a block of an unknown kind');
    if (type === 0) {
      source.align();
      const [a = 0, b = 0, c = 0, d = 0] = source.take(4);
      if ((a ^ c) !== 255 || (b ^ d) !== 255) refuseOldPart('a stored block of no length');
      const bytes = source.take(a + 256 * b);
      into.room(bytes.length);
      into.text.set(bytes, into.size);
      into.size += bytes.length;
      blocks.push({ type, final, count: bytes.length, codes: undefined });
      continue;
    }
    const codes = type === 2 ? readCodes(source) : undefined;
    blocks.push({ type, final, count: readTokens(source, into, codes), codes });
  }
  source.align();
  if (!source.ended) refuseOldPart('it ends too early');
  if (into.size !== into.text.length) refuseOldPart('it unpacks to less than it should');
  return blocks;
}
