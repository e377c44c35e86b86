import type { CodeTexts } from './code-text.js';

/** What may be wrong with the list files, by themselves or for these two builds. */
export const listsCodes = {
  'lists-not-a-folder': {
    meaning: 'what was given as the folder of the lists is no folder',
    remedy: 'name the folder that holds quectel_noota_filelist.txt and the others',
  },
  'list-missing': {
    meaning: 'a list is not there and counts as empty',
    remedy: 'nothing, if no such list is meant',
  },
  'list-not-a-file': {
    meaning: 'a list is no regular file',
    remedy: 'put a text file there',
  },
  'list-too-large': {
    meaning: 'a file is too large for a list',
    remedy: 'check that it is a list',
  },
  'list-lines': {
    meaning: 'the lists have more faults than are shown',
    remedy: 'correct those that are shown, and run the command again',
  },
  'noota-line': {
    meaning: 'a line of the noota list does not parse',
    remedy: 'write one path from the top folder, such as SYSTEM/etc/file',
  },
  'fullota-line': {
    meaning: 'a line of the fullota list does not parse',
    remedy: 'write one path from the top folder, such as SYSTEM/bin/app',
  },
  'chmod-line': {
    meaning: 'a line of the chmod list does not parse',
    remedy: 'write path, uid, gid and octal mode as the message says',
  },
  'multifota-line': {
    meaning: 'a line of the multifota list does not parse',
    remedy: 'write image and partition, as in RADIO/MULTIFOTA/abl.elf abl',
  },
  'list-byte-order-mark': {
    meaning:
      'a list begins with a byte order mark, which the original tool reads as part of its first line, or is in UTF-16, which it cannot read',
    remedy: 'save it as plain ASCII, if the original tool uses it too',
  },
  'list-crlf': {
    meaning: 'a list has line ends of Windows, which the original tool reads as part of each name',
    remedy: 'save it with Unix line ends, if the original tool uses it too',
  },
  'list-beyond-original': {
    meaning: 'a line uses a form that the original tool does not know',
    remedy: 'nothing, unless the original tool uses the list too',
  },
  'rule-matches-nothing': {
    meaning: 'a line matches nothing in the builds',
    remedy: 'correct the path, or take the line out',
  },
  'rule-in-noota-and-fullota': {
    meaning: 'the noota list keeps what the fullota list wants to send: it is kept',
    remedy: 'take it out of one of the two lists',
  },
  'noota-differs': {
    meaning: 'the noota list keeps what differs between the builds, so the device will not get the change',
    remedy: 'move the line to the fullota list, if the device shall have what the target holds',
  },
  'noota-new': {
    meaning: 'the noota list keeps what is new in the target, so the device will not get it',
    remedy: 'take it out of the noota list, if the device shall have it',
  },
  'noota-impossible': {
    meaning: 'the noota list keeps a path that cannot stay, because the target has something else in its place',
    remedy: 'take the path off the noota list, or change the target',
  },
  'noota-default-removed': {
    meaning: 'lines that the noota list usually has are missing, and the builds have these files',
    remedy: 'put the lines back, or move them to the fullota list if the files are meant to change',
  },
  'chmod-row-repeated': {
    meaning: 'a row of the chmod list states other permissions for a path than a row before it: the last one wins',
    remedy: 'take one of the two out',
  },
  'chmod-row-not-there': {
    meaning: 'a row of the chmod list names nothing that is on the device after the update',
    remedy: 'correct the path, or take the row out',
  },
  'chmod-row-not-a-file': {
    meaning: 'a row of the chmod list names a file, but the path is a directory or a link',
    remedy: 'end the path of a folder with a slash',
  },
  'chmod-row-not-a-folder': {
    meaning: 'a row of the chmod list names a folder, but the path is none',
    remedy: 'take the slash at its end away',
  },
  'chmod-row-not-covered': {
    meaning: 'a row of the chmod list names only paths that this package does not touch',
    remedy: 'nothing, or update the part that it belongs to',
  },
  'multifota-image-missing': {
    meaning: 'the target does not have an image that the multifota list names',
    remedy: 'add the image, or take the line out',
  },
  'multifota-partition-unknown': {
    meaning: 'the multifota list names a partition that no known module has',
    remedy: 'check the name on the module: cat /proc/mtd',
  },
  'multifota-mapped-twice': {
    meaning: 'the multifota list maps an image or a partition twice',
    remedy: 'take one of the two lines out',
  },
  'multifota-image-unmapped': {
    meaning: 'an image changed or is new, and no line of the multifota list sends it',
    remedy: 'map it to its partition in quectel_multifota_filelist.txt',
  },
} as const satisfies CodeTexts;
