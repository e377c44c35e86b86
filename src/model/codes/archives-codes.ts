import type { CodeTexts } from './code-text.js';

/** What may be wrong with an archive of released builds. */
export const archivesCodes = {
  'archive-none': {
    meaning: 'the folder is no archive of builds, or of a kind that is not known',
    remedy: 'make one with dfota archive add BUILD --to FOLDER',
  },
  'archive-folder-filled': {
    meaning: 'the folder is no archive of builds, and it is not empty',
    remedy: 'name an archive, an empty folder, or one that does not exist yet',
  },
  'archive-locked': {
    meaning: 'another process is adding to the archive, or was killed while it did',
    remedy: 'wait for it; if there is none, delete the file that the message names',
  },
  'archive-no-version': {
    meaning: 'the build has no project revision, so nobody could find it again',
    remedy: 'give it a line «Project Rev : …» in its version file',
  },
  'archive-version-taken': {
    meaning: 'the archive holds another build of the same version',
    remedy: 'give each build a version of its own, or keep the two in different archives',
  },
  'archive-version-unknown': {
    meaning: 'the archive has no build of this version',
    remedy: 'choose one of the versions that the message lists',
  },
  'archive-version-ambiguous': {
    meaning: 'several builds have a version that begins like this',
    remedy: 'write more of the version',
  },
  'archive-manifest': {
    meaning: 'the record of a build in the archive is damaged',
    remedy: 'restore it from a copy, or delete it and add the build again',
  },
  'archive-build-incomplete': {
    meaning: 'contents of a build are missing or damaged',
    remedy: 'add the build again, or restore the archive from a copy',
  },
  'archive-blob-missing': {
    meaning: 'a content is missing from the archive',
    remedy: 'add the build again, or restore the archive from a copy',
  },
  'archive-blob-damaged': {
    meaning: 'a content of the archive does not have the digest of its name',
    remedy: 'add a build that has this content again, or restore the archive from a copy',
  },
  'archive-url': {
    meaning: 'the address of an archive is not valid',
    remedy: 'give http://HOST:PORT/PATH or https://HOST/PATH, and a token in the variable DFOTA_ARCHIVE_TOKEN',
  },
  'archive-unreachable': {
    meaning: 'the server of an archive cannot be reached, fails, or gives half a file',
    remedy: 'look at the server and at the way to it',
  },
  'archive-refused': {
    meaning: 'the server of an archive wants a token, or does not accept the one it was given',
    remedy: 'put the token of the server into the variable DFOTA_ARCHIVE_TOKEN',
  },
  'archive-unused': {
    meaning: 'some contents belong to no build',
    remedy: 'nothing: they only take space',
  },
} as const satisfies CodeTexts;
