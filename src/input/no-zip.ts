import { fileKind } from '../formats/file-kind.js';
import type { Fault } from '../model/errors.js';
import { type FileKind, kindInWords } from '../model/file-kind.js';

const build = 'a targetfiles.zip, a folder of its layout, or raw images (UBI, UBIFS)';

/** What to do about a file of some kind that was given as a build. */
function remedyFor(kind: FileKind): string {
  switch (kind) {
    case 'empty':
    case 'zeros':
    case 'erased':
    case 'unknown':
      return 'copy or download the targetfiles.zip again, and compare its size with the original';
    case 'html':
    case 'xml':
    case 'json':
      return 'open it in an editor to see what the server said, then download the file again';
    case 'lfs-pointer':
      return 'fetch the file itself: git lfs pull';
    case 'gzip':
    case 'xz':
    case 'bzip2':
    case 'zstd':
    case 'lz4':
    case 'tar':
    case 'cpio':
    case 'rar':
    case '7z':
      return 'unpack it, and give the folder that holds SYSTEM and META';
    case 'ext4':
    case 'sparse':
    case 'jffs2':
    case 'erofs':
    case 'fat':
      return 'give the targetfiles.zip of the same firmware: of images, UBI, UBIFS and squashfs are read';
    case 'boot':
    case 'fit':
    case 'uimage':
      return 'a kernel alone is no build: put it into a folder with the other images, or into BOOTABLE_IMAGES of a build';
    default:
      return 'give the targetfiles.zip of the build';
  }
}

/** Says what a file is that was given as a build and is no zip. */
export function noZipFault(file: string, head: Uint8Array, size: number): Fault {
  const kind = fileKind(head, size);
  const start = [...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return {
    code: 'zip-not-a-zip',
    place: { file },
    message: 'the file is not a zip',
    found: kind === 'unknown' ? `a file starting with ${start}` : kindInWords(kind),
    expected: build,
    remedy: remedyFor(kind),
  };
}
