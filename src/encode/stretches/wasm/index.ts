export { takeBytes } from './bits';
export {
  append,
  closeStream,
  endFeed,
  feed,
  openStream,
  openWindows,
  packedBits,
  packedSum,
  packWindow,
  placeWindow,
  takeWindow,
} from './bzip2';
export { bzip2Cuts, bzip2Input, bzip2InputSize, bzip2Memory, bzip2Output, bzip2Window } from './layout';
export { aim, prepare } from './match';
export {
  beginCounts,
  countCopies,
  countDifferences,
  nextCopies,
  nextDifferences,
  openCopies,
  openDifferences,
} from './streams';
export { sortEvenSuffixes, sortSuffixes } from './suffix';
export { beginTrellis, trace, traceLength, weigh } from './trellis';
export { begin, controlLength, walk } from './walk';
