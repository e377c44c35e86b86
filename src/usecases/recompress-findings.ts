/** What `check` says of a boot image that would be patched in far fewer bytes if zlib had packed it. */
import { estimateRepacked } from '../encode/estimate/estimate-file.js';
import type { OpenBuild } from '../model/build.js';
import type { Finding } from '../model/finding.js';
import { sdx6x } from '../model/layout.js';
import { showSize } from '../report/quantities.js';

/** Less than this share of what is sent now is not worth a word. */
const worthTelling = 0.1;

/** By how much a package would shrink if the target's boot image were packed again, by estimates; nothing where it did not change, or zlib has packed it. */
export async function recompressFindings(source: OpenBuild, target: OpenBuild): Promise<readonly Finding[]> {
  const path = sdx6x.bootImage;
  const [before, after] = [source.build.entries.get(path), target.build.entries.get(path)];
  if (before?.kind !== 'file' || after?.kind !== 'file' || before.content.sha1 === after.content.sha1) return [];
  if (before.content.size === 0 || after.content.size === 0) return [];
  const [base, bytes] = [await source.content.read(path), await target.content.read(path)];
  const about = estimateRepacked(base, bytes);
  if (about === undefined) return [];
  const { now, then } = about;
  if (now - then < now * worthTelling) return [];
  return [
    {
      severity: 'information',
      code: 'boot-recompress',
      place: { file: target.build.origin, entry: path },
      message: `a package would be about ${showSize(now - then)} smaller if zlib had packed the kernel and the RAM disk of the boot image`,
      found: `about ${now} bytes for the boot image, by an estimate; about ${then} then`,
      remedy: 'dfota prepare --recompress boot makes such a target',
    },
  ];
}
