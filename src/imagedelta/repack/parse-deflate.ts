/** Takes a raw deflate stream apart: its text, and all that its packer has decided. */
import { type Bits, type Code, codeOf, NoStream, openBits } from './deflate-bits.js';
import {
  distanceBases,
  distanceExtra,
  distanceSymbols,
  endOfBlock,
  lengthBases,
  lengthExtra,
  literalSymbols,
  orderOfLengths,
} from './deflate-numbers.js';
import { openTokenList, type Tokens } from './tokens.js';

/** How a dynamic block says its codes. */
export interface BlockCodes {
  /** Lengths of the literals' code and of the distances', as many as stand there. */
  readonly literals: Uint8Array;
  readonly distances: Uint8Array;
  /** The runs in which they are written, as the decisions have them: 0 as it is, and so on. */
  readonly runs: Uint8Array;
  /** Lengths of the code of lengths, by symbol, and how many of them stand there. */
  readonly ofLengths: Uint8Array;
  readonly ofLengthsCount: number;
}

/** One block. */
export interface DeflateBlock {
  readonly kind: 'stored' | 'fixed' | 'dynamic';
  readonly final: boolean;
  /** Bytes of a stored block, tokens of another one. */
  readonly count: number;
  readonly codes: BlockCodes | undefined;
}

/** A stream, taken apart. */
export interface DeflateStream {
  readonly blocks: readonly DeflateBlock[];
  /** Tokens of all blocks. */
  readonly tokens: Tokens;
  readonly text: Uint8Array;
  /** Bytes of the stream. */
  readonly length: number;
}

/** Bytes of text that may still be unpacked: what is tried in vain counts too. */
export interface TextBudget {
  left: number;
}

function readLengths(bits: Bits): BlockCodes {
  const [literals, distances] = [257 + bits.take(5), 1 + bits.take(5)];
  const ofLengthsCount = 4 + bits.take(4);
  if (literals > literalSymbols || distances > distanceSymbols) throw new NoStream();
  const ofLengths = new Uint8Array(19);
  for (const symbol of orderOfLengths.slice(0, ofLengthsCount)) ofLengths[symbol] = bits.take(3);
  const code = codeOf(ofLengths);
  const lengths = new Uint8Array(literals + distances);
  const runs: number[] = [];
  for (let at = 0; at < lengths.length; ) {
    const symbol = bits.symbol(code);
    if (symbol < 16) {
      lengths[at++] = symbol;
      runs.push(0);
      continue;
    }
    const [extra, least, mark] = symbol === 16 ? [2, 3, -2] : symbol === 17 ? [3, 3, 2] : [7, 11, 2];
    const times = least + bits.take(extra);
    if ((symbol === 16 && at === 0) || at + times > lengths.length) throw new NoStream();
    lengths.fill(symbol === 16 ? (lengths[at - 1] ?? 0) : 0, at, at + times);
    runs.push(times + mark);
    at += times;
  }
  return {
    literals: lengths.subarray(0, literals),
    distances: lengths.subarray(literals),
    runs: Uint8Array.from(runs),
    ofLengths,
    ofLengthsCount,
  };
}

const fixedCodes = [
  codeOf(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
  codeOf(new Uint8Array(30).fill(5)),
] as const;

/**
 * The stream at the beginning of `bytes`, with at most as much text as the budget has left, which it is taken from; `undefined` where there is none, or one that says
 * something in a way that decisions cannot tell.
 */
export function parseDeflate(bytes: Uint8Array, budget: TextBudget): DeflateStream | undefined {
  const bits = openBits(bytes);
  try {
    return parse(bytes, bits, budget);
  } catch (error) {
    if (error instanceof NoStream) return undefined;
    throw error;
  }
}

function parse(bytes: Uint8Array, bits: Bits, budget: TextBudget): DeflateStream {
  const most = budget.left;
  const list = openTokenList();
  const blocks: DeflateBlock[] = [];
  let text = new Uint8Array(Math.min(most, 65_536));
  let size = 0;
  const room = (more: number): void => {
    if (size + more > most) throw new NoStream();
    if (size + more <= text.length) return;
    const larger = new Uint8Array(Math.min(most, Math.max(size + more, 2 * text.length)));
    larger.set(text.subarray(0, size));
    text = larger;
  };
  const stored = (): number => {
    if (!bits.toByte()) throw new NoStream();
    const at = bits.place();
    const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
    const count = a | (b << 8);
    if (at + 4 + count > bytes.length || (count ^ (c | (d << 8))) !== 0xffff) throw new NoStream();
    room(count);
    text.set(bytes.subarray(at + 4, at + 4 + count), size);
    size += count;
    budget.left -= count;
    bits.skip(4 + count);
    return count;
  };
  const match = (symbol: number, distances: Code): void => {
    if (symbol > 285) throw new NoStream();
    const length = (lengthBases[symbol - 257] ?? 0) + bits.take(lengthExtra[symbol - 257] ?? 0);
    // There are two ways to write a length of 258, and nobody takes this one.
    if (length === 258 && symbol !== 285) throw new NoStream();
    const other = bits.symbol(distances);
    const distance = (distanceBases[other] ?? 0) + bits.take(distanceExtra[other] ?? 0);
    if (other >= distanceSymbols || distance > size) throw new NoStream();
    room(length);
    for (let i = 0; i < length; i++) text[size + i] = text[size + i - distance] ?? 0;
    size += length;
    budget.left -= length;
    list.add(length, distance);
  };
  const coded = (literals: Code, distances: Code): number => {
    const before = list.count();
    for (;;) {
      const symbol = bits.symbol(literals);
      if (symbol === endOfBlock) return list.count() - before;
      if (symbol > endOfBlock) {
        match(symbol, distances);
        continue;
      }
      if (size >= text.length) room(1);
      text[size++] = symbol;
      budget.left--;
      list.add(0, 0);
    }
  };
  for (let final = false; !final; ) {
    final = bits.take(1) === 1;
    const kind = (['stored', 'fixed', 'dynamic'] as const)[bits.take(2)];
    if (kind === undefined || blocks.length >= mostBlocks) throw new NoStream();
    const codes = kind === 'dynamic' ? readLengths(bits) : undefined;
    const [literals, distances] = codes === undefined ? fixedCodes : [codeOf(codes.literals), codeOf(codes.distances)];
    const count = kind === 'stored' ? stored() : coded(literals, distances);
    blocks.push({ kind, final, count, codes });
  }
  if (!bits.toByte()) throw new NoStream();
  return { blocks, tokens: list.tokens(), text: text.subarray(0, size), length: bits.place() };
}

/** Empty blocks take ten bits each and hold nothing. */
const mostBlocks = 2 ** 20;
