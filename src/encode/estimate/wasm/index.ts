import { controls, counts, differences, extras, pieceSize, source, window, windowSize } from './layout';

export { home } from './home';
export { openPiece } from './piece';
export { index, openSource } from './seeds';
export { walk } from './stretches';

/** About how large a patch becomes: a source is indexed, and pieces of a target are made from it. */

export function placeOfSource(): usize {
  return source;
}
export function placeOfWindow(): usize {
  return window;
}
export function lengthOfWindow(): usize {
  return windowSize;
}
export function lengthOfPiece(): usize {
  return pieceSize;
}
export function placeOfCounts(): usize {
  return counts;
}
export function placeOfControls(): usize {
  return controls;
}
export function placeOfDifferences(): usize {
  return differences;
}
export function placeOfExtras(): usize {
  return extras;
}
