import type { CodeTexts } from './code-text.js';

/** What may be wrong with a target that dfota prepare puts together. */
export const prepareCodes = {
  'prepare-nothing': {
    meaning: 'nothing is given that would make the target differ from the source',
    remedy: 'give at least one of the new images, files or folders',
  },
  'prepare-empty': {
    meaning: 'an input holds nothing',
    remedy: 'check that the right folder or image was given',
  },
  'prepare-kind': {
    meaning: 'an input has a file where the source has a folder, or the other way round',
    remedy: 'look whether the right folder level was given',
  },
  'prepare-read-back': {
    meaning: 'the zip that was written does not read back as it was planned; it was not kept',
    remedy: 'run the command again, and check the disk if it happens again',
  },
  'prepare-no-version': {
    meaning: 'the target says nowhere which version it is',
    remedy: 'name the version file with --version-file',
  },
  'prepare-same-version': {
    meaning: 'the target says that it is the same version as the source',
    remedy: 'give the new version with --version-file',
  },
  'prepare-rootfs-odd': {
    meaning: 'the new root file system has none of the usual folders at its top',
    remedy: 'name the folder that holds bin, etc and usr itself',
  },
  'prepare-no-build-prop': {
    meaning: 'the source has SYSTEM/build.prop, and the new root file system does not',
    remedy: 'put it there: it is patched last and marks an update as complete',
  },
  'prepare-links-flattened': {
    meaning: 'the source has links, and the new root file system has none',
    remedy: 'copy the root file system with cp -a, or give its image',
  },
  'prepare-not-taken': {
    meaning: 'what lies below firmware and dev of the new root file system is not taken',
    remedy: "nothing: the source's stays there",
  },
  'prepare-modem-odd': {
    meaning: 'no modem file has the name of one in the source, so all of them are added',
    remedy: 'name the folder whose content lies in SYSTEM/firmware',
  },
  'prepare-modem-kept': {
    meaning: 'modem files that the new modem does not have stay in the target',
    remedy: 'nothing, if they are meant to stay',
  },
  'prepare-same-boot': {
    meaning: 'the new boot image is the same as the one of the source',
    remedy: 'nothing, if the kernel did not change',
  },
  'prepare-recovery': {
    meaning: 'the recovery image was the same as the boot image and stays as it is',
    remedy: 'upgrade the recovery in another way: no package carries it',
  },
  'prepare-boot-repacked': {
    meaning: 'kernel or RAM disk of the boot image were packed again with zlib, as --recompress asks',
    remedy: 'nothing: that is what the option is for; give the next target the same option',
  },
  'prepare-boot-as-it-is': {
    meaning: 'nothing in the boot image was packed again: it holds no gzip member, or zlib has made all of them',
    remedy: 'nothing: a kernel that is packed by xz, lz4 or zstd, or unpacks itself, cannot be packed otherwise',
  },
  'prepare-boot-signature': {
    meaning: 'the boot image had a signature, which fits no more after packing it again and was left out',
    remedy: 'sign the new image, or leave --recompress out where the boot loader checks signatures',
  },
  'prepare-boot-too-large': {
    meaning: 'the boot image does not fit its partition when it is packed again',
    remedy: 'leave --recompress out, or make the kernel or the RAM disk smaller',
  },
  'prepare-boot-unreadable': {
    meaning: 'there is no whole boot image that could be packed again',
    remedy: 'leave --recompress out, or give another boot image',
  },
  'owners-unused': {
    meaning: 'rows of the owners table match nothing in the target',
    remedy: 'correct their paths, or take them out',
  },
  'owners-default': {
    meaning: 'no input says who owns some new entries, so they get 0:0',
    remedy: 'give the root file system as an UBI image, or a table with --owners',
  },
  'owners-unwritable': {
    meaning: 'a name with a line break cannot stand in META/filesystem_config.txt',
    remedy: 'rename the file',
  },
} as const satisfies CodeTexts;
