export { copySome, gainOfCopy, openCopy } from './copies';
export { freeAt, rangesAt, spentAt, tablesAt } from './layout';
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
export { foundFrom, foundLength, look, note, openSelf, priceSelf, seek } from './self';
