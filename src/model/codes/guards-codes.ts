import type { CodeTexts } from './code-text.js';

/** What would leave modules without a start, or is not what it seems: generate refuses each unless it is allowed. */
export const guardsCodes = {
  'boot-image-unfit': {
    meaning: 'the boot image of the target is no whole Android boot image, so the module would not start',
    remedy: 'put the boot image of the same build into BOOTABLE_IMAGES (sdxlemur-boot.img as boot.img)',
  },
  'boot-image-gone': {
    meaning: 'the source has a boot image and the target has none, so the kernel would stay as it is',
    remedy: 'put the boot image into BOOTABLE_IMAGES of the target, or leave the kernel out with --parts lm',
  },
  'updater-unfit': {
    meaning: 'OTA/bin/updater of the target is no program that a module can start, so every update would fail with 502',
    remedy: "take OTA/bin/updater from the maker's targetfiles.zip of the same module",
  },
  'modes-lost': {
    meaning: 'programs or folders of the source have lost the mode that lets them be used',
    remedy: 'zip the target on Linux from an unpacked build: zip -qry0 ../targetfiles.zip ./*',
  },
  'programs-unstartable': {
    meaning: 'programs that could be started in the source cannot in the target',
    remedy: 'add what starts them (a dynamic linker, an interpreter), or put the right files in their place',
  },
  'links-broken': {
    meaning: 'links to programs or libraries led to a file in the source and lead to none in the target',
    remedy: 'add what they lead to, or make the links anew',
  },
  'links-as-text': {
    meaning: 'links of the source are files in the target that hold the text of the link',
    remedy: 'make the zip with a tool that keeps links: zip -qry0 ../targetfiles.zip ./*',
  },
  'link-line-end': {
    meaning: 'the texts of links end in a line end, so they lead nowhere',
    remedy: 'make the zip with a tool that writes links as they are: zip -qry0 ../targetfiles.zip ./*',
  },
  'firmware-gone': {
    meaning: 'the source has a modem in SYSTEM/firmware and the target has none: it would be deleted',
    remedy: 'move the folders firmware and dev back into SYSTEM before zipping, or leave the modem out with --parts lo',
  },
  'system-nearly-empty': {
    meaning: 'the target has only a few of the files of the source: the others would be deleted',
    remedy: 'check how the target was put together',
  },
  'builds-swapped': {
    meaning: 'the source is newer than the target: the two are probably swapped',
    remedy: 'give the firmware that runs on the module first; for a downgrade, allow it',
  },
  'image-partition-taken': {
    meaning: 'the multifota list maps an image to a partition that holds a file system, the kernel or the recovery',
    remedy: 'name the partition that the image is for: cat /proc/mtd on the module',
  },
  'image-unfit': {
    meaning: 'an image is not what its name says, or is damaged',
    remedy: 'take the image from the build that it belongs to again',
  },
} as const satisfies CodeTexts;
