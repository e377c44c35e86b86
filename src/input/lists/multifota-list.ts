import type { Fault } from '../../model/errors.js';
import { isMinorImage } from '../../model/layout.js';
import type { ImageRule } from '../../model/list-rules.js';
import { displayName, toBuildPath } from '../../model/path.js';
import { lineFault, listLines, type Parsed, pathFault } from './list-line.js';

const form = 'an image and its partition, such as: MULTIFOTA/abl.elf abl';

/** Parses the multifota list: an image of MULTIFOTA/ and a partition's name (or block device) a line. */
export function parseMultifotaList(file: string, text: string): Parsed<ImageRule> {
  const { lines, faults: tooLong } = listLines('multifota', file, text);
  const rules: ImageRule[] = [];
  const faults: Fault[] = [...tooLong];
  for (const line of lines) {
    const parts = /^([^ \t].*?)[ \t]+([^ \t#][^ \t]*)(?:[ \t]+#.*)?$/.exec(line.text);
    const [, image = '', partition = ''] = parts ?? [];
    if (parts === null) {
      faults.push(lineFault(line, line.text.length, 'the partition is missing', form));
      continue;
    }
    const at = line.text.lastIndexOf(partition);
    if (!isMinorImage(image) || pathFault(image) !== undefined) {
      const remedy = image.includes('/')
        ? undefined
        : `write MULTIFOTA/${displayName(image)} ${displayName(partition)}`;
      faults.push(lineFault(line, 0, pathFault(image) ?? 'the image is not below MULTIFOTA/', form, remedy));
    } else if (!/^([A-Za-z0-9_.-]+|\/dev\/[A-Za-z0-9_./-]+)$/.test(partition)) {
      const expected = 'the name of a partition (letters, digits, _ . -), or a path below /dev/';
      faults.push(lineFault(line, at, 'the name of the partition cannot be one', expected));
    } else {
      rules.push({ at: line.at, image: toBuildPath(image), partition });
    }
  }
  return { rules, faults };
}
