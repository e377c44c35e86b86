import type { CodeTexts } from './code-text.js';

/** What may be wrong with a build by itself: its names, its layout, its metadata. */
export const buildsCodes = {
  'unsafe-name': {
    meaning: 'a name could lead out of the folder that it is unpacked to, or cannot stand in a path',
    remedy: 'pack the build again with names relative to its top, such as SYSTEM/bin/app',
  },
  'duplicate-name': {
    meaning: 'a name is there more than once',
    remedy: 'pack the build again: each path may be there once',
  },
  'parent-not-directory': {
    meaning: 'something lies below what is no directory',
    remedy: 'pack the build again from the folder that it was made in',
  },
  'link-text': {
    meaning: 'the text of a link is empty, too long, or holds a NUL byte',
    remedy: 'make the link again',
  },
  'wrapped-in-folder': {
    meaning: 'everything is inside one folder',
    remedy: 'zip from inside that folder: zip -qry0 ../targetfiles.zip ./*',
  },
  'build-inside': {
    meaning: 'what was given is no build, but holds one, as the folder of a release does',
    remedy: 'give the targetfiles.zip or the folder inside that the message names',
  },
  'package-as-build': {
    meaning: 'an update package was given where a build is needed',
    remedy: 'give the targetfiles.zip of the build; dfota inspect shows what is in a package',
  },
  'names-with-backslashes': {
    meaning: 'the names in the zip are written with backslashes, so nothing lies in a folder',
    remedy: 'pack it again on Linux: zip -qry0 ../targetfiles.zip ./*',
  },
  'layout-case': {
    meaning: 'folders of the build are not spelled in capitals, or have blanks around their names',
    remedy: 'rename them as the message says, for example system to SYSTEM',
  },
  'root-without-system': {
    meaning: 'a root file system was given in place of a build that holds it as SYSTEM',
    remedy: "put it into SYSTEM of the maker's targetfiles.zip, and give that",
  },
  'system-too-deep': {
    meaning: 'the root file system lies in a folder of SYSTEM, not in SYSTEM itself',
    remedy: 'move what is in that folder up into SYSTEM',
  },
  'no-system': {
    meaning: 'there is no root file system',
    remedy: 'put it into the folder SYSTEM at the top',
  },
  'no-misc-info': {
    meaning: 'the description of the build (META/misc_info.txt) is missing',
    remedy: "take it from the maker's targetfiles.zip",
  },
  'no-updater': {
    meaning: 'the program that runs on the device (OTA/bin/updater) is missing',
    remedy: "take it from the maker's targetfiles.zip of the same module",
  },
  'no-fstab': {
    meaning: 'the partition table of the recovery is missing',
    remedy: "put recovery.fstab where the message says, from the maker's targetfiles.zip",
  },
  'no-project-version': {
    meaning: 'the build does not say which version it is',
    remedy: 'put the file quectel-project-version into SYSTEM/etc',
  },
  'modes-not-in-input': {
    meaning: 'owners and modes are neither in the zip nor in META/filesystem_config.txt',
    remedy: 'zip on Unix, or write a row for each entry',
  },
  'version-file-empty': {
    meaning: 'the version file of the build is empty, has none of its labels, or nothing behind them',
    remedy: 'write the lines Project Name, Project Rev, Branch Name, Custom Name and Package Time',
  },
  litter: {
    meaning: 'files that editors, file managers and version control leave behind are part of the build',
    remedy: 'delete them from the target before it is zipped',
  },
  'world-writable': {
    meaning: 'everybody may write to most files of the build, as after chmod -R 777',
    remedy: 'unpack the build anew and change only the modes that must change',
  },
  'one-owner': {
    meaning: 'all files belong to one ordinary user, as when an image is made without fakeroot',
    remedy: 'make the image as root or under fakeroot, or state owners in META/filesystem_config.txt',
  },
  'entries-of-an-old-zip': {
    meaning: 'the zip has files that the folder beside it no longer has: zip adds to an old zip',
    remedy: 'delete the old zip first, then zip again',
  },
  'unicode-names': {
    meaning: 'names of the zip are taken from the Unicode path field that its packer added',
    remedy: 'nothing: these are the names as they were on the disk',
  },
  'owners-match-nothing': {
    meaning: 'rows of META/filesystem_config.txt name nothing in the build',
    remedy: 'write paths as system/bin/app: without a slash at either end, and system in small letters',
  },
  'metadata-too-large': {
    meaning: 'a file that describes the build is too large to be one',
    remedy: 'check that it is the text that its name says',
  },
  'metadata-no-text': {
    meaning: 'a file that describes the build is not a text: an HTML page, a pointer of Git LFS, an archive',
    remedy: "take the file from the maker's targetfiles.zip again",
  },
  'misc-info-line': {
    meaning: 'a line of META/misc_info.txt does not parse',
    remedy: 'write it as name=value',
  },
  'misc-info-value': {
    meaning: 'a value of META/misc_info.txt is missing or cannot be understood',
    remedy: 'correct it as the message says',
  },
  'filesystem-config-line': {
    meaning: 'a line of META/filesystem_config.txt does not parse',
    remedy: 'write it as path uid gid mode, for example: system/bin/app 0 2000 755',
  },
  'fstab-line': {
    meaning: 'a line of recovery.fstab does not parse and is left out',
    remedy: 'write it as mount point, type, device',
  },
  'fstab-version': {
    meaning: 'the rows of recovery.fstab are of another version than META/misc_info.txt says',
    remedy: 'check that both files are of the same build',
  },
  'fstab-type': {
    meaning: 'a line of recovery.fstab has a file system that is not known',
    remedy: 'check the spelling; nothing, if the module knows it',
  },
  'owners-pattern': {
    meaning: 'a path of an owners table is no pattern that can be understood',
    remedy: 'correct its brackets, or write the path itself',
  },
  'build-pattern-nothing': {
    meaning: 'a pattern that is to name a build matches nothing',
    remedy: 'correct it; * stands for a part of a name, ** for any folders',
  },
  'build-pattern-newest': {
    meaning: 'two builds of the newest version match a pattern',
    remedy: 'name the build itself, or remove one of them',
  },
  'build-pattern-version': {
    meaning: 'several builds match a pattern, and one of them does not say which version it is',
    remedy: 'name the build itself, or a narrower pattern',
  },
  'build-pattern-projects': {
    meaning: 'builds of more than one project match a pattern',
    remedy: 'name the build itself, or a narrower pattern',
  },
  'build-pattern-many': {
    meaning: 'a pattern of builds matches too many files',
    remedy: 'name a narrower pattern',
  },
} as const satisfies CodeTexts;
