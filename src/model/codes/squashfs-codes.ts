import type { CodeTexts } from './code-text.js';

/** What is wrong with a squashfs image, or with what one is made from. */
export const squashfsCodes = {
  'squashfs-superblock': {
    meaning: 'the file is no squashfs of version 4.0, or not even its root can be read',
    remedy: 'make the image again, with mksquashfs or dfota squashfs make',
  },
  'squashfs-cut-short': {
    meaning: 'the squashfs is shorter than its superblock says',
    remedy: 'copy the image again',
  },
  'squashfs-tree': {
    meaning: 'a directory or an entry of a squashfs is damaged: it is left out',
    remedy: 'make the image again',
  },
  'squashfs-data': {
    meaning: 'the content of a file of a squashfs is damaged',
    remedy: 'make the image again',
  },
  'squashfs-attributes': {
    meaning: 'the extended attributes of an entry of a squashfs cannot be read',
    remedy: 'make the image again',
  },
  'squashfs-too-large': {
    meaning: 'the folder holds more than an image of production data can',
    remedy: 'make a larger image with mksquashfs',
  },
  'squashfs-proof': {
    meaning: 'the image that was made does not read as its folder',
    remedy: 'report it: it is a fault of this program',
  },
  'squashfs-read-only': {
    meaning: 'the root file system is a squashfs, in which a module changes no single files',
    remedy: 'write such a system as a whole image; ls, extract, audit and prepare read it',
  },
} as const satisfies CodeTexts;
