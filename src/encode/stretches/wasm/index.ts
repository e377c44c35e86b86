export { takeBytes } from './bits';
export { closeStream, drain, feed, openStream } from './bzip2';
export { bzip2Input, bzip2InputSize, bzip2Memory, bzip2Output } from './layout';
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
export { sortSuffixes } from './suffix';
export { beginTrellis, trace, traceLength, weigh } from './trellis';
export { begin, controlLength, walk } from './walk';
