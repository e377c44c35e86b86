export { copySome, gainOfCopy, openCopy } from './copies';
export { freeAt, rangesAt, spentAt, tablesAt } from './layout';
export { beginParse, chosenAt, chosenLength, openParse, parseSome } from './parse';
export {
  closeSegment,
  knownMove,
  literals,
  number,
  openCoding,
  openImages,
  openSegment,
  source,
} from './segment';
export { foundFrom, foundLength, look, note, openSelf, seek } from './self';
