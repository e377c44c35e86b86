import type { CodeTexts } from './code-text.js';

/** What shows when the files of a real module are held against the source. */
export const devicesCodes = {
  'device-list-large': {
    meaning: "the list of the module's files is too large",
    remedy: 'list the root file system alone, as dfota check --help shows',
  },
  'device-list-line': {
    meaning: "a line of the list of the module's files is not as sha1sum writes it",
    remedy: 'make the list with the command that dfota check --help shows',
  },
  'device-list-digest': {
    meaning: "the list of the module's files is made of another digest than SHA-1",
    remedy: 'make the list with sha1sum, as dfota check --help shows',
  },
  'device-names-case': {
    meaning: "names in the list of the module's files differ from those of the source in capital letters",
    remedy: 'make the list on the module itself, where names keep their capitals',
  },
  'device-files-unlike': {
    meaning: 'none of the files are files of the source',
    remedy: 'see dfota check --help for the command to run on the module',
  },
  'device-version-differs': {
    meaning: 'the module runs another version than the source, so it will refuse the package with 505',
    remedy: 'make the package from the build that runs on the module',
  },
  'device-modem-not-listed': {
    meaning: 'the files hold nothing of the modem, so it was not compared',
    remedy: 'list /firmware as well: the modem is a file system of its own',
  },
  'device-file-missing': {
    meaning: 'a file that the update needs is not on the module, so the update would fail with 510',
    remedy: 'restore the file, send it whole (fullota list), or leave it alone (noota list)',
  },
  'device-file-differs': {
    meaning: 'a file on the module is not what the source has, so the update would fail with 510',
    remedy: 'restore the file, send it whole (fullota list), or leave it alone (noota list)',
  },
  'device-files-differ': {
    meaning: 'more files are not what the source has than are shown',
    remedy: 'check which build the module runs: it is probably another than the source',
  },
} as const satisfies CodeTexts;
