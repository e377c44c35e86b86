import type { CodeTexts } from './code-text.js';

/** What may go wrong with files and folders on the machine that dfota runs on. */
export const filesCodes = {
  'input-missing': {
    meaning: 'there is nothing at the path of an input',
    remedy: 'check the spelling of the path',
  },
  'input-unreadable': {
    meaning: 'an input is there and cannot be read',
    remedy: 'look at its owner and mode, and at the message of the system',
  },
  'input-changed': {
    meaning: 'an input was changed while dfota was reading it',
    remedy: 'wait until whatever writes it has finished, and run the command again',
  },
  'input-kind': {
    meaning: 'an input is neither a file nor a folder',
    remedy: 'give a targetfiles.zip, a folder of the same layout, or raw images',
  },
  'file-too-large': {
    meaning: 'a file is larger than the device can handle',
    remedy: 'leave the file out of the build, or check whether it is damaged',
  },
  'build-too-large': {
    meaning: 'a build claims to hold more than any module can',
    remedy: 'check that this is a build, and that it is not damaged',
  },
  'special-file-skipped': {
    meaning:
      'a pipe, a socket or a device file is left out, because a package carries only files, links and directories',
    remedy: 'nothing, if the module makes it at start; else take it out of the build',
  },
  'output-folder': {
    meaning: 'the folder that the output shall lie in does not exist',
    remedy: 'make the folder first',
  },
  'output-denied': {
    meaning: 'the output may not be written where it was asked for',
    remedy: 'give yourself permission there, or name another output',
  },
  'output-is-folder': {
    meaning: 'a folder has the name of the output',
    remedy: 'name a file',
  },
  'output-not-folder': {
    meaning: 'a file has the name of the output, which must be a folder',
    remedy: 'name a folder that does not exist yet, or an empty one',
  },
  'output-over-input': {
    meaning: 'an output is, or lies in, an input or another output, which would be lost or changed',
    remedy: 'name another output',
  },
  'output-not-empty': {
    meaning: 'the output folder holds something, and nothing is overwritten',
    remedy: 'name a folder that does not exist yet, or an empty one',
  },
  'output-not-file': {
    meaning: 'what has the name of the output is no regular file',
    remedy: 'name a file, or a path where nothing is yet',
  },
  'output-link': {
    meaning: 'the symbolic links behind the name of the output lead in a circle',
    remedy: 'check where the links lead, or name another output',
  },
  'output-unwritable': {
    meaning: 'the system refuses to write the output, for the reason that the message states',
    remedy: 'do what the message says, or name another output',
  },
  'extract-collides': {
    meaning: 'an entry is left out, because here it would have the same name as another',
    remedy: 'extract on a file system that tells upper case from lower case',
  },
  'extract-refused': {
    meaning: 'an entry is left out, because the system does not make it',
    remedy: 'look at the reason in the message, or extract to another file system',
  },
  'extract-renamed': {
    meaning: 'names that cannot be names on this system were written with escapes',
    remedy: 'extract on Linux, where the names matter',
  },
  'disk-full': {
    meaning: 'there is no space left for the output',
    remedy: 'free some space, or write to another disk',
  },
  'system-enoent': {
    meaning: 'the system found no file or folder at a path',
    remedy: 'check the spelling of the path',
  },
  'system-enotdir': {
    meaning: 'a part of a path is not a folder',
    remedy: 'check the path',
  },
  'system-eisdir': {
    meaning: 'a folder stands where a file is needed',
    remedy: 'name a file',
  },
  'system-eacces': {
    meaning: 'the system gives no permission',
    remedy: 'look at the owner and the mode of the file',
  },
  'system-eperm': {
    meaning: 'the system does not permit what was asked of it',
    remedy: 'look at the owner and the mode of the file',
  },
  'system-eexist': {
    meaning: 'something of this name is already there',
    remedy: 'move it away, or name another path',
  },
  'system-enospc': {
    meaning: 'the disk is full; nothing was left under the final name',
    remedy: 'free some space, or write to another disk',
  },
  'system-edquot': {
    meaning: 'the disk quota is used up; nothing was left under the final name',
    remedy: 'free some space, or ask for a larger quota',
  },
  'system-erofs': {
    meaning: 'the file system is read-only',
    remedy: 'write to another place',
  },
  'system-eio': {
    meaning: 'the disk reports an error of reading or writing',
    remedy: 'check the disk, and the log of the kernel',
  },
  'system-emfile': {
    meaning: 'too many files are open at once',
    remedy: 'raise the limit: ulimit -n 4096',
  },
  'system-eloop': {
    meaning: 'symbolic links lead in a circle',
    remedy: 'check the path',
  },
  'system-enametoolong': {
    meaning: 'a name is too long for its file system',
    remedy: 'use a shorter path',
  },
  'system-efbig': {
    meaning: 'a file is too large for its file system',
    remedy: 'write to another file system',
  },
  'system-enotempty': {
    meaning: 'a folder that was to be removed or replaced is not empty',
    remedy: 'move it away, or name another path',
  },
  'system-ebusy': {
    meaning: 'another program uses the file',
    remedy: 'close that program, and run the command again',
  },
  'system-exdev': {
    meaning: 'two paths lie on different file systems, and the step needs one',
    remedy: 'name another path',
  },
  'system-enfile': {
    meaning: 'too many files are open on this machine',
    remedy: 'close other programs, and run the command again',
  },
  'system-enomem': {
    meaning: 'there is not enough memory',
    remedy: 'close other programs, or raise the limit (ulimit -v)',
  },
  'system-eilseq': {
    meaning: 'the file system does not take the name',
    remedy: 'use a name in UTF-8',
  },
  'system-einval': {
    meaning: 'the file system does not take a name or a step',
    remedy: 'name another path',
  },
  'system-enxio': {
    meaning: 'nobody is at the other end of a device or socket',
    remedy: 'name a file',
  },
  'system-enodev': {
    meaning: 'there is no such device',
    remedy: 'name a file',
  },
  'system-estale': {
    meaning: 'the network file system lost the file',
    remedy: 'mount it again, and run the command again',
  },
  'system-epipe': {
    meaning: 'whatever was reading the output has gone',
    remedy: 'let it read to the end',
  },
  'system-error': {
    meaning: 'the system refuses what was asked of it, for a reason that dfota has no words for',
    remedy: 'look at the message of the system',
  },
} as const satisfies CodeTexts;
