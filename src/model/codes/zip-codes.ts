import type { CodeTexts } from './code-text.js';

/** What may be wrong with a zip as a container, whatever it holds. */
export const zipCodes = {
  'zip-empty-file': {
    meaning: 'the file has no bytes',
    remedy: 'copy or make the zip again',
  },
  'zip-not-a-zip': {
    meaning: 'the file is not a zip',
    remedy: 'name the targetfiles.zip of a build',
  },
  'zip-truncated': {
    meaning: 'the zip is cut off: bytes that it needs are missing',
    remedy: 'copy or make the zip again, and compare its size with the original',
  },
  'zip-trailing-bytes': {
    meaning: 'bytes follow the end of the zip',
    remedy: 'copy or make the zip again: it may be damaged, or two files in one',
  },
  'zip-leading-bytes': {
    meaning: 'bytes of the zip belong to no entry',
    remedy: 'copy or make the zip again: it may be damaged, or packed by a program that prepends itself',
  },
  'zip-multi-disk': {
    meaning: 'the zip is one part of several',
    remedy: 'join the parts first: zip -s 0 parts.zip --out whole.zip',
  },
  'zip-encrypted': {
    meaning: 'the zip needs a password',
    remedy: 'pack it again without one',
  },
  'zip-method': {
    meaning: 'an entry is compressed in a way that is not supported',
    remedy: 'pack it again stored or deflated',
  },
  'zip-size-mismatch': {
    meaning: 'an entry does not have the size that the zip states',
    remedy: 'copy or make the zip again',
  },
  'zip-crc-mismatch': {
    meaning: 'an entry does not have the CRC-32 that the zip states: it is damaged',
    remedy: 'copy or make the zip again',
  },
  'zip-data-damaged': {
    meaning: 'the compressed bytes of an entry cannot be unpacked',
    remedy: 'copy or make the zip again',
  },
  'zip-damaged': {
    meaning: 'the directory of the zip contradicts itself or its entries',
    remedy: 'copy or make the zip again; unzip -t is a second opinion',
  },
} as const satisfies CodeTexts;
