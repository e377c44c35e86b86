import type { CodeTexts } from './code-text.js';

/** What may be wrong with the plan of an update, with the package made of it, or with a package that is looked at. */
export const packagesCodes = {
  'build-as-package': {
    meaning: 'a build was given where a package is needed',
    remedy: 'make a package of it with dfota generate SOURCE TARGET',
  },
  'engine-missing': {
    meaning: 'the package bsdiff-node, which --engine asks for, is not installed, or cannot be loaded',
    remedy:
      'run npm install bsdiff-node@2.5.0 beside dfota, with Python 3, make and a C++ compiler; or leave --engine out',
  },
  'engine-failed': {
    meaning:
      'the package bsdiff-node made no patch for a file: it reported a fault, ended, hung, or left something else',
    remedy: 'send the file whole (fullota list), or leave --engine out',
  },
  'nothing-to-update': {
    meaning: 'the chosen parts are the same in both builds, so the package changes nothing',
    remedy: 'check that the right target and the right parts were given',
  },
  'boot-partition-assumed': {
    meaning: 'recovery.fstab does not say where the boot image is written, so MTD:boot is assumed',
    remedy: 'mend recovery.fstab, if the module differs',
  },
  'system-partition-assumed': {
    meaning: 'recovery.fstab does not say how /system is mounted, so the UBI volume system is assumed',
    remedy: 'mend recovery.fstab, if the module differs',
  },
  'system-too-small': {
    meaning: 'the update needs more free space on /system than the device has',
    remedy: 'split the update, put the largest files on the fullota list, or free space on the module',
  },
  'cache-too-small': {
    meaning: 'the update needs more space in /cache to survive every power cut than the device has',
    remedy: 'write the boot image whole (--boot-update whole), or free space on the module',
  },
  'usrdata-too-small': {
    meaning: 'the update needs more free space in usrdata than the device has',
    remedy: 'split the update, put the largest files on the fullota list, or free space on the module',
  },
  'memory-too-small': {
    meaning: 'the update needs more memory than the device has',
    remedy: 'split the update, or put the largest files on the fullota list',
  },
  'system-reserve-exceeded': {
    meaning: 'the update needs more free space on /system than the reserve that every module has',
    remedy: 'check the free space on the module, and give it with --system-free',
  },
  'usrdata-need-large': {
    meaning: 'package and /cache together need more of usrdata than an update usually has',
    remedy: 'check the free space in usrdata, and give it with --usrdata-free',
  },
  'package-large': {
    meaning: 'the package is larger than the module usually takes',
    remedy: 'update in two steps, or part by part',
  },
  'deflate-not-reproducible': {
    meaning:
      'compressed streams cannot be made again on the device, so the file is patched as it is and the patch is larger',
    remedy: 'compress kernel and RAM disk with a tool that uses zlib, in the source build too',
  },
  'deflate-search-stopped': {
    meaning: 'the search for compressed streams in a file stopped before its end, so the patch may be larger',
    remedy: 'nothing, if the patch is small enough; else look at what the file holds',
  },
  'patch-unproved': {
    meaning: 'a patch does not give the target file; nothing was written',
    remedy: 'send the file whole (fullota list), and report the two files',
  },
  'plan-not-proved': {
    meaning: 'the plan does not lead from the source to the target; nothing was written',
    remedy: 'report it with both builds: this is a fault of dfota',
  },
  'package-not-proved': {
    meaning: 'on the simulated device the package does not lead to the target; it was not written',
    remedy: 'look at what the message found, and report it with both builds',
  },
  'package-entries': {
    meaning: 'the package has more entries than the device can read',
    remedy: 'update in two steps, or fewer parts at a time',
  },
  'package-name': {
    meaning: 'an entry of the package has a name that the device refuses',
    remedy: 'rename the file in the build',
  },
  'package-duplicate': {
    meaning: 'two entries of the package have one name',
    remedy: 'rename one of the files in the build',
  },
  'package-size': {
    meaning: 'the package or an entry is larger than the device can read',
    remedy: 'update in two steps, or fewer parts at a time',
  },
  'package-file': {
    meaning: 'the package cannot be opened',
    remedy: 'check the path, and the permission to read it',
  },
  'package-no-zip': {
    meaning: 'the device cannot read the file as a zip',
    remedy: 'name an update.zip; copy it again if it is one',
  },
  'package-reader-limit': {
    meaning: "the package has something that the device's zip reader does not know",
    remedy: 'make the package with dfota, not with a zip program',
  },
  'package-damaged': {
    meaning: 'the package is damaged',
    remedy: 'copy it again from where it came, or make it again',
  },
  'package-no-script': {
    meaning: 'the package holds no updater-script',
    remedy: 'name an update.zip; one that was packed by hand needs META-INF at its top',
  },
  'script-syntax': {
    meaning: 'the updater-script of the package does not parse',
    remedy: 'make the package again; do not edit its script',
  },
  'package-other-source': {
    meaning: 'the package is not one for this source, so the module will refuse it with 505',
    remedy: 'generate it again from this source',
  },
  'package-other-target': {
    meaning: 'files of the package are not what the target has',
    remedy: 'make sure that the package was made for this target',
  },
  'package-lacks-paths': {
    meaning: 'paths differ between the builds, and the package brings nothing for them',
    remedy: 'make sure that the package was made of these builds, with the same parts and lists',
  },
  'package-sends-untouched': {
    meaning: 'paths travel in the package although both builds have the same',
    remedy: 'make sure that the package was made of these builds',
  },
  'package-too-large': {
    meaning: "the package is larger than the maker's note allows",
    remedy: 'look at the largest contributors with dfota inspect, or update by way of a build in between',
  },
  'usrdata-needed': {
    meaning: "the package and its content need more of usrdata than the maker's note asks for",
    remedy: 'check df /usrdata on the module; too little gives 501, 511 or 550',
  },
  'package-time-old': {
    meaning: 'files of the build are newer than its Package Time',
    remedy: 'renew the version file when the build changes',
  },
} as const satisfies CodeTexts;
