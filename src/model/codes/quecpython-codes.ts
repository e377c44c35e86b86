import type { CodeTexts } from './code-text.js';

/** What is wrong with the user's files of a QuecPython program, or with a list of their check sums. */
export const quecpythonCodes = {
  'quecpython-list-long': {
    meaning: 'a list has more than the 16384 characters that the device reads: it would take it as damaged',
    remedy: 'list fewer files, shorten names or the address, or make several updates',
  },
  'quecpython-list': {
    meaning: 'the list of check sums in a tree is not JSON of names',
    remedy: 'write [{"name": "/usr/main.py"}], or leave the file out: then every file is listed',
  },
  'quecpython-case': {
    meaning: 'names differ in upper and lower case only: the device compares check sums without regard to it',
    remedy: 'rename one of them',
  },
  'quecpython-reserved': {
    meaning: 'a name of a tree is one that the update itself needs',
    remedy: 'take it out of the tree, or rename it',
  },
  'quecpython-name': {
    meaning: 'a name of a tree is no text in UTF-8',
    remedy: 'rename the file',
  },
  'quecpython-kind': {
    meaning: 'a file becomes a folder, or a folder a file, which the device cannot do in an update',
    remedy: 'give one of them another name',
  },
  'quecpython-emptied': {
    meaning:
      'a file that is looked after becomes empty: after a power cut the restore would put its old content back for good',
    remedy: 'put a byte into it, or take it off the list with an update of its own before',
  },
  'quecpython-link': {
    meaning: 'a tree of user files holds a link, which the device does not have',
    remedy: 'put a copy of the file in place of the link',
  },
  'quecpython-large': {
    meaning: 'a tree of user files is larger than a device has room for',
    remedy: 'take files out of the tree',
  },
  'quecpython-same': {
    meaning: 'the two trees are the same: there is nothing to update',
    remedy: 'check that the second tree is the new one',
  },
  'quecpython-url': {
    meaning: 'the address that files are fetched from is none',
    remedy: 'give --base-url an address such as https://example.com/update/',
  },
  'quecpython-proof': {
    meaning: 'the simulated device did not come to the new tree',
    remedy: 'report it: it is a fault of this program',
  },
  'quecpython-empty-file': {
    meaning: 'an empty file has no check sum on the device, and would be restored at every start',
    remedy: 'leave it out of the list, or put a byte into it',
  },
  'quecpython-not-there': {
    meaning: 'a listed file is not in the tree, so that the backup could never restore it',
    remedy: 'take it off the list, or add the file',
  },
  'quecpython-writable': {
    meaning: 'a listed file is one that the program writes: at the next start the backup would undo what was written',
    remedy: 'take it off the list',
  },
} as const satisfies CodeTexts;
