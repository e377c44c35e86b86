import type { CodeTexts } from './code-text.js';

/** What may be told of the package databases of builds. */
export const softwareCodes = {
  'package-database': {
    meaning: 'a package database of the build cannot be read, so it cannot be said which packages changed',
    remedy: 'look at the file in the build; without --sbom the package is made without a list of packages',
  },
  'package-database-none': {
    meaning: 'no list of packages is written: there is no package database, or the root file system is not updated',
    remedy: 'have the build keep the database of opkg or dpkg, or leave --sbom out',
  },
  'package-database-one': {
    meaning: 'only one of the two builds has a package database, so every package counts as added or removed',
    remedy: 'check that both builds keep their database',
  },
  'package-files-changed': {
    meaning: 'files of packages changed although the versions of the packages did not',
    remedy: 'check whether the packages were built again or files were changed by hand; a new version lets others tell',
  },
  'package-files-unknown': {
    meaning: 'the database does not list the files of some packages, so what changed in them counts as of no package',
    remedy: 'have the build keep info/*.list',
  },
} as const satisfies CodeTexts;
