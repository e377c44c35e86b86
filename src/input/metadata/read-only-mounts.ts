import { linesOf } from '../../formats/text/text-lines.js';
import { readOnlyFileSystems } from '../../model/layout.js';

/** The mount points of an /etc/fstab whose file systems can only be read, whatever the options say. */
export function readOnlyMounts(text: string): readonly string[] {
  return [...linesOf(text)].flatMap(({ text: line }) => {
    const [device = '', mountPoint = '', fileSystem = ''] = line.trim().split(/[ \t]+/);
    const counts = !device.startsWith('#') && mountPoint.startsWith('/') && readOnlyFileSystems.has(fileSystem);
    return counts ? [mountPoint] : [];
  });
}
