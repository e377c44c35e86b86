/**
 * The one thing in a compressed block of zstd on which fzstd runs for ever: Huffman weights whose states use up no bits (RFC 8878, 4.1.1 and
 * 4.2.1). Everything else that is wrong in a block it tells itself.
 */
import type { View } from '../bytes/view.js';
import { FormatError } from '../format-error.js';

/** Literals of a Huffman tree of their own. */
const withTree = 2;

/** Looks at the compressed block at an offset. Throws FormatError for weights that never end, and for what is cut short. */
export function refuseEndlessWeights(view: View, block: number): void {
  const head = view.u8(block);
  if ((head & 3) !== withTree) return;
  const tree = block + ([3, 3, 4, 5][(head >> 2) & 3] ?? 3);
  // from 128 on the weights stand there as they are
  if (view.u8(tree) < 128 && hasSoleSymbol(view, tree + 1))
    throw new FormatError('the Huffman weights of a zstd block never end');
}

/** Whether one symbol has all states of the table that is described there: it is told without using up any bit. */
function hasSoleSymbol(view: View, at: number): boolean {
  const states = 1 << ((view.u8(at) & 15) + 5);
  let position = at * 8 + 4;
  const bits = (count: number): number => {
    let value = 0;
    for (let bit = 0; bit < count; bit++, position++) {
      value |= ((view.u8(position >> 3) >> (position & 7)) & 1) << bit;
    }
    return value;
  };
  // Symbols of no state may stand before it. Each is followed by how many more there are, in steps of up to three.
  for (let symbols = 0; symbols < 256; symbols++) {
    const width = Math.floor(Math.log2(states + 1));
    const spare = 2 ** (width + 1) - 1 - (states + 1);
    let value = bits(width);
    if (value >= spare) {
      const high = bits(1);
      value |= high << width;
      if (high === 1) value -= spare;
    }
    if (value - 1 === states) return true;
    if (value !== 1) return false;
    for (let more = 3; more === 3; symbols += more) more = bits(2);
  }
  return false;
}
