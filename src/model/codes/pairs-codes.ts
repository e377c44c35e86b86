import type { CodeTexts } from './code-text.js';

/** What shows when the source and the target are held against each other, before a package is made. */
export const pairsCodes = {
  'same-input-twice': {
    meaning: 'source and target are the same build',
    remedy: 'give the firmware that runs on the module first, then the one that it shall run',
  },
  'source-without-revision': {
    meaning: 'one of several sources has no project revision, after which its package would be named',
    remedy: 'give this source alone, with --output',
  },
  'sources-alike': {
    meaning: 'two sources have the same project revision, so their packages would have one name',
    remedy: 'give these sources one by one, with --output',
  },
  'target-older': {
    meaning: 'the target was built before the source',
    remedy: 'give the source first; go on only if a downgrade is meant',
  },
  'other-project': {
    meaning: 'the two builds are of different projects',
    remedy: 'check that both are for the same module',
  },
  'other-branch': {
    meaning: 'the two builds are of different branches',
    remedy: 'check that both are for the same module',
  },
  'other-custom': {
    meaning: 'the two builds have different custom names',
    remedy: 'check that both are for the same module',
  },
  'source-files-newer': {
    meaning: 'the files of the source are newer than those of the target, and the versions do not tell which is which',
    remedy: 'check that the firmware that runs on the module was given first',
  },
  'program-other-machine': {
    meaning: 'programs of the target are for another machine than the others',
    remedy: 'build them for the module, or take them out',
  },
  'links-lost': {
    meaning: 'links led to something in the source and lead nowhere in the target',
    remedy: 'add what they lead to, or delete the links',
  },
  'root-folders-gone': {
    meaning: 'folders such as /bin and /lib of the source are only below /usr in the target, without links to them',
    remedy: 'make links such as SYSTEM/bin -> usr/bin in the target',
  },
  'version-missing': {
    meaning: 'the source has no project version, so the module would refuse the package with 505',
    remedy: 'take the targetfiles.zip of the firmware that runs on the module',
  },
  'version-equal': {
    meaning: 'both builds have the same project version',
    remedy: 'count the version up, so that the module and people can tell the builds apart',
  },
  'version-goes-back': {
    meaning: 'the target has a lower revision than the source',
    remedy: 'give the source first; go on only if a downgrade is meant',
  },
  'version-same-revision': {
    meaning: 'the version file changed, but its project revision did not',
    remedy: 'count the revision up, so that people can tell the builds apart',
  },
  'two-slots': {
    meaning: 'a build is for two slots (A/B), which DFOTA does not support',
    remedy: 'update such modules with whole images',
  },
  'links-flattened': {
    meaning: 'the target has no symbolic links although the source has: it was zipped without -y',
    remedy: 'zip the target again: zip -qry0 ../targetfiles.zip ./*',
  },
  'links-flattened-partly': {
    meaning: 'some links of the source are files in the target',
    remedy: 'zip the target again with links kept: zip -qry0 ../targetfiles.zip ./*',
  },
  'links-lead-nowhere': {
    meaning: 'links of the target lead to paths that the target does not have',
    remedy: 'nothing for paths that exist only at run time; else add what is missing',
  },
  'empty-directories-lost': {
    meaning: 'empty directories of the source are not in the target',
    remedy: 'zip without -D, if they are not meant to go',
  },
  'files-deleted': {
    meaning: 'files of the source are not in the target and will be deleted',
    remedy: 'check that they are meant to go',
  },
  'user-files-deleted': {
    meaning: 'files in folders that users write to will be deleted',
    remedy: 'add what must stay to the noota list, or to the target',
  },
  'overlay-overwritten': {
    meaning: 'changed files will replace copies that users may have edited',
    remedy: 'add what users may keep to the noota list',
  },
  'usrdata-not-updated': {
    meaning: 'files under /usrdata differ, and /usrdata is a volume that DFOTA does not upgrade',
    remedy: 'let a program of the new system write them at its first start',
  },
  'read-only-volume': {
    meaning: 'files differ in a place where a file system is mounted that can only be read',
    remedy: 'write a new image of that volume as a whole',
  },
  'build-prop-missing': {
    meaning: 'SYSTEM/build.prop is missing, which is updated last and marks a finished update',
    remedy: 'check how the target was put together; nothing, if your builds never had one',
  },
  'permissions-change': {
    meaning: 'owners or modes change although nothing else does',
    remedy: 'check that the change is meant: it often comes from how the build was packed',
  },
  'set-uid-lost': {
    meaning: 'programs lose their set-uid or set-gid bit',
    remedy: 'mend META/filesystem_config.txt of the target, or add rows to the chmod list',
  },
  'owners-not-covered': {
    meaning: 'the owners of entries are not stated, so they become 0:0',
    remedy: 'add rows to META/filesystem_config.txt or to the chmod list for what root does not own',
  },
  'boot-too-large': {
    meaning: 'the boot image is larger than its partition',
    remedy: 'make the kernel smaller, or mend boot_size in META/misc_info.txt or length= in recovery.fstab',
  },
  'image-too-large': {
    meaning: 'an image that the multifota list maps is larger than its partition',
    remedy:
      'make the image smaller, or mend the size in META/misc_info.txt (such as modem_size) or length= in recovery.fstab',
  },
  'block-size-unfit': {
    meaning: 'blocksize in META/misc_info.txt cannot be the erase block of a flash; it is not used',
    remedy: 'correct it, and give --erase-block where the flash has another than 256 KiB',
  },
  'fstab-rows-differ': {
    meaning:
      'the recovery.fstab of source and target name different places for /boot or /system, and an update cannot move a partition',
    remedy: 'put the recovery.fstab of the build that runs on the module into both builds',
  },
  'fstab-boot-unfit': {
    meaning:
      'recovery.fstab names a place for the boot image to which none can be written: a UBI volume, or the partition of /system',
    remedy: "take recovery.fstab from the maker's targetfiles.zip",
  },
  'system-too-large': {
    meaning: 'the files of the root file system are larger than its partition before compression',
    remedy: 'look at df / on a module that runs the target',
  },
  'system-reserve': {
    meaning: 'the files of the root file system leave little of its partition free',
    remedy: 'look at df / on a module that runs the target',
  },
  'part-left-out': {
    meaning: 'a part changed that the package does not update',
    remedy: 'use a (all), unless the images are known to work together',
  },
  'modem-alone': {
    meaning: 'the modem changed, but neither the root file system nor the kernel did',
    remedy: 'check that this modem is released for this root file system and kernel',
  },
  'modules-without-kernel': {
    meaning: 'kernel modules changed, but the boot image did not',
    remedy: 'put the boot image of the same build into BOOTABLE_IMAGES',
  },
  'vermagic-mismatch': {
    meaning: 'kernel modules were built for another kernel than the boot image holds, so they will not load',
    remedy: 'take boot image and modules from one build',
  },
  'vermagic-mixed': {
    meaning: 'the kernel modules were built for different kernels',
    remedy: 'take all modules from one build',
  },
  'boot-recompress': {
    meaning:
      'kernel or RAM disk of the boot image are not packed by zlib, so they are sent as they are; what a package would save is told, by an estimate',
    remedy: 'dfota prepare --recompress boot packs the target again',
  },
} as const satisfies CodeTexts;
