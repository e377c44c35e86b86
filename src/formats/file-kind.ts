/** What a file is, by its bytes: for messages that say what was given in place of what was asked for. */
import type { FileKind } from '../model/file-kind.js';
import { fromBytes } from '../model/path.js';

/** So many bytes are enough for {@link fileKind}. */
export const headLength = 4096;

/** Marks at the start of a file, one unit a byte. */
const marks: readonly (readonly [string, FileKind])[] = [
  ['ANDROID!', 'boot'],
  ['PK\x03\x04', 'zip'],
  ['PK\x05\x06', 'zip'],
  ['\x1f\x8b', 'gzip'],
  ['\xfd7zXZ\0', 'xz'],
  ['BZh', 'bzip2'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['\x04\x22\x4d\x18', 'lz4'],
  ['070701', 'cpio'],
  ['070702', 'cpio'],
  ['070707', 'cpio'],
  ['Rar!\x1a\x07', 'rar'],
  ['7z\xbc\xaf\x27\x1c', '7z'],
  ['hsqs', 'squashfs'],
  ['sqsh', 'squashfs'],
  ['\x3a\xff\x26\xed', 'sparse'],
  ['UBI#', 'ubi'],
  ['\x31\x18\x10\x06', 'ubifs'],
  ['\x85\x19', 'jffs2'],
  ['\x19\x85', 'jffs2'],
  ['\xd0\x0d\xfe\xed', 'fit'],
  ['\x27\x05\x19\x56', 'uimage'],
  ['\x7fELF', 'elf'],
  ['MZ', 'windows'],
  ['\xcf\xfa\xed\xfe', 'macho'],
  ['\xce\xfa\xed\xfe', 'macho'],
  ['#!', 'script'],
  ['version https://git-lfs.', 'lfs-pointer'],
  ['%PDF-', 'pdf'],
  ['\x89PNG\r\n', 'picture'],
  ['\xff\xd8\xff', 'picture'],
  ['GIF8', 'picture'],
];

/**
 * Recognises a file by its first bytes ({@link headLength} of them, or all where it is shorter) and its size. What
 * nothing speaks for is `text` where the bytes are printable, else `unknown`.
 */
export function fileKind(head: Uint8Array, size: number = head.length): FileKind {
  if (size === 0) return 'empty';
  const text = fromBytes(head.subarray(0, headLength));
  const mark = marks.find(([start]) => text.startsWith(start));
  if (mark !== undefined) return mark[1];
  if (text.startsWith('ustar', 257)) return 'tar';
  if (text.startsWith('\x53\xef', 1080)) return 'ext4';
  if (text.startsWith('\xe2\xe1\xf5\xe0', 1024)) return 'erofs';
  if (text.startsWith('\x55\xaa', 510) && /^(\xeb.\x90|\xe9)/s.test(text)) return 'fat';
  if (/^\0+$/.test(text)) return 'zeros';
  if (/^\xff+$/.test(text)) return 'erased';
  return textKind(text);
}

function textKind(text: string): FileKind {
  const start = text.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^<(!doctype html|html|head|body|!--)/i.test(start)) return 'html';
  if (start.startsWith('<?xml')) return /<html/i.test(start) ? 'html' : 'xml';
  if (/[\x00-\x08\x0e-\x1a\x7f]/.test(text)) return 'unknown';
  return /^[{[]\s*["{[\]}]/.test(start) ? 'json' : 'text';
}
