import type { CodeTexts } from './code-text.js';

/** What is wrong with a LittleFS image, or with what one is made from. */
export const littlefsCodes = {
  'littlefs-size': {
    meaning: 'the size of the partition or of its blocks is not possible',
    remedy: 'give the bytes of the partition as a multiple of the block, such as 5M with blocks of 4096',
  },
  'littlefs-name': {
    meaning: 'a name cannot stand in a LittleFS image',
    remedy: 'give it a shorter name',
  },
  'littlefs-link': {
    meaning: 'the folder has links, which LittleFS does not know',
    remedy: 'put a copy of the file in place of the link',
  },
  'littlefs-too-small': {
    meaning: 'the folder does not fit the partition',
    remedy: 'make the partition as large as the message says, or take files out of the folder',
  },
  'littlefs-proof': {
    meaning: 'the image that was made does not read as its folder',
    remedy: 'report it: it is a fault of this program',
  },
  'littlefs-no-image': {
    meaning: 'the file is no LittleFS image of version 1',
    remedy: 'give an image as dfota littlefs make, mklfs or the device has written it',
  },
  'littlefs-superblock': {
    meaning: 'one of the two superblocks of a LittleFS image is damaged; the other one is taken',
    remedy: 'make the image again, or read it from the device again',
  },
  'littlefs-cut': {
    meaning: 'the LittleFS image is shorter than its file system',
    remedy: 'read it from the device again: it is cut short',
  },
  'littlefs-directory': {
    meaning: 'a directory of a LittleFS image cannot be read, or not all of it: what was in it is lost',
    remedy: 'make the image again, or read it from the device again',
  },
  'littlefs-entry': {
    meaning: 'an entry of a directory is damaged or is not known',
    remedy: 'make the image again, or read it from the device again',
  },
  'littlefs-file': {
    meaning: 'the blocks of a file cannot be followed: its content is lost, in whole or in part',
    remedy: 'make the image again, or read it from the device again',
  },
  'littlefs-shared': {
    meaning: 'a file is said to be in a block that something else has too',
    remedy: 'make the image again: one of the two is damaged',
  },
  'littlefs-list': {
    meaning:
      'the list of all directories, by which the device finds free blocks, is damaged: it would write over what is in use',
    remedy: 'make the image again, and do not let the device write to this one',
  },
  'littlefs-interrupted': {
    meaning: 'the device lost power while it moved something',
    remedy: 'nothing needs to be done: the device mends it when it writes the next time',
  },
} as const satisfies CodeTexts;
