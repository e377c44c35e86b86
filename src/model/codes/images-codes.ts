import type { CodeTexts } from './code-text.js';

/** What may be wrong with UBI and UBIFS images, or with a folder of them. */
export const imagesCodes = {
  'image-not-a-file': {
    meaning: 'an image must be a regular file, so that it can be read at any place',
    remedy: 'copy it into a file',
  },
  'image-kind': {
    meaning: 'this kind of image cannot be read',
    remedy: 'give an UBI image (it begins with UBI#) or an UBIFS image',
  },
  'image-left-out': {
    meaning: 'entries of an image are left out, because a package cannot carry them or another image holds them',
    remedy: 'nothing, if the build does not need them',
  },
  'raw-images-ambiguous': {
    meaning: 'several files of the folder could be the same image',
    remedy: 'leave one of them in the folder',
  },
  'raw-images-defaults': {
    meaning: 'images alone do not say what the module is like, so defaults are taken',
    remedy: 'give a targetfiles.zip of the same module with --companion, or put META and RECOVERY beside the images',
  },
  'raw-images-partial': {
    meaning: 'not every image of a module is in the folder',
    remedy: 'update only the parts whose images are there',
  },
  'ubi-no-erase-blocks': {
    meaning: 'the file is not an UBI image, or is cut short in its first blocks',
    remedy: 'name the file that ubinize wrote, not an UBIFS or a sparse image',
  },
  'ubi-geometry': {
    meaning: 'the headers of the erase blocks do not agree on the size of a block',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubi-no-volumes': {
    meaning: 'the UBI image holds no volume',
    remedy: 'make the image again; ubinize wants a section for each volume',
  },
  'ubi-volume': {
    meaning: 'the volume that was asked for is not in the image, or it is not clear which one is meant',
    remedy: 'choose one of the volumes that the message lists with --volume',
  },
  'ubi-other-volumes': {
    meaning: 'the image holds more volumes than the one that is read',
    remedy: 'choose another with --volume, if this is not the one',
  },
  'ubi-volume-unknown': {
    meaning: 'blocks belong to a volume that the volume table does not have, and are ignored',
    remedy: 'make the image again, if the volume should be there',
  },
  'ubi-volume-table': {
    meaning: 'the volume table is damaged in one or both of its copies',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubi-volume-updating': {
    meaning: 'an update of the volume was begun and not finished, so old and new content may be mixed',
    remedy: 'make the image again',
  },
  'ubi-volume-incomplete': {
    meaning: 'blocks of a static volume are missing',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubi-volume-gaps': {
    meaning: 'a volume consists almost entirely of missing blocks',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubi-block-missing': {
    meaning: 'a block of a static volume is missing',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubi-data-crc': {
    meaning: 'a block of a static volume does not have the CRC that its header states',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubi-damaged-blocks': {
    meaning: 'erase blocks have damaged headers and are read as far as they can be',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubi-foreign-blocks': {
    meaning: 'erase blocks belong to another image and are ignored',
    remedy: 'make the image again: the file seems to hold parts of two',
  },
  'ubi-copy-unfinished': {
    meaning: 'a block was being moved when the image was taken, so its older copy is used',
    remedy: 'nothing: this is what UBI does at the next start',
  },
  'ubi-padding': {
    meaning: 'padding after the last erase block is ignored',
    remedy: 'nothing',
  },
  'ubi-cut-short': {
    meaning: 'the image ends in the middle of an erase block',
    remedy: 'copy the image again; what is missing reads as erased flash',
  },
  'ubifs-superblock': {
    meaning: 'the superblock of the file system is missing or damaged',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubifs-unsupported': {
    meaning: 'this version or variant of UBIFS is not known',
    remedy: 'make the image with a mkfs.ubifs of format 4 or 5, without unusual options',
  },
  'ubifs-block-size': {
    meaning: 'the file system was made for erase blocks of another size than it lies in',
    remedy: 'make UBI and UBIFS image with the same block size (-e of mkfs.ubifs, -p of ubinize)',
  },
  'ubifs-cut-short': {
    meaning: 'the image is shorter than its file system',
    remedy: 'copy the image again; what is missing reads as erased flash',
  },
  'ubifs-empty': {
    meaning: 'neither index nor files of the file system can be read',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubifs-master': {
    meaning: 'one of the two master nodes cannot be read, so the other is used',
    remedy: 'make the image again, if it was not taken from a running module',
  },
  'ubifs-rescued': {
    meaning: 'the index is damaged, so the tree was put together from the nodes that are left',
    remedy: 'make the image again; dfota extract saves what can be read of this one',
  },
  'ubifs-node': {
    meaning: 'a node of the index cannot be read, so a file or a part of one is missing',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubifs-journal': {
    meaning: 'a part of the journal cannot be read',
    remedy: 'unmount the file system before taking the image',
  },
  'ubifs-not-unmounted': {
    meaning: 'the file system was not unmounted, so its journal was taken in',
    remedy: 'nothing: this is what a mount does',
  },
  'ubifs-authenticated': {
    meaning: 'the file system is authenticated, and its signature was not checked',
    remedy: 'check the signature where the key is',
  },
  'ubifs-encrypted': {
    meaning: 'files are encrypted, so their content cannot be read',
    remedy: 'make the image without encryption',
  },
  'ubifs-name-hash': {
    meaning: 'names do not have the hash of their key',
    remedy: 'make the image again, if files are missing on the module',
  },
  'ubifs-tree': {
    meaning: 'the directories of the file system contradict each other',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubifs-file-size': {
    meaning: 'a file is said to be larger than any firmware',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubifs-data': {
    meaning: 'a part of a file cannot be read',
    remedy: 'make the image again, or copy it again from where it came',
  },
  'ubifs-compression': {
    meaning: 'a part of a file cannot be unpacked',
    remedy: 'make the image again, or copy it again from where it came',
  },
} as const satisfies CodeTexts;
