/** Squashfs images, for people and for machines. */
import type { SquashfsMade } from '../model/squashfs.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const squashfsJsonVersion = 1;

/** The image that was made, as JSON. */
export function squashfsMadeJson(made: SquashfsMade): Report {
  const document = { format: 'dfota-squashfs-made', version: squashfsJsonVersion, ...made };
  return { text: `${JSON.stringify(document, undefined, 2)}\n`, exitCode: 0 };
}

/** The image that was made. */
export function squashfsMadeText(made: SquashfsMade): Report {
  const { output, size, squashfsSize, files, directories, links, bytes, volume, sha256 } = made;
  const counts = [showCount(files, 'file'), showCount(directories, 'folder'), showCount(links, 'link')].join(', ');
  const lines = [
    volume === undefined
      ? `${output}: ${showSize(size)}, squashfs 4.0 (gzip)`
      : `${output}: ${showSize(size)}, UBI image with the volume ${volume}: squashfs 4.0 (gzip) of ${showSize(squashfsSize)}`,
    `  ${counts}, ${showSize(bytes)}`,
    `  SHA-256 ${sha256}`,
    '  proved: read back, it has all of the folder and nothing else',
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}
