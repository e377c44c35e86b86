import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { displayName } from '../../model/path.js';
import type { BuildCheck } from './facts.js';

/** What in a build says that it is for two slots; `undefined` when nothing does. */
function slotMark(build: Build): { entry: string; found: string } | undefined {
  const update = build.misc.values.get('ab_update');
  if (update === 'true' || update === '1') return { entry: sdx6x.miscInfo, found: `ab_update=${update}` };
  const row = build.partitions.find(({ device }) => /(_a|_b)$/.test(device));
  if (row !== undefined) return { entry: sdx6x.fstabs[0], found: `${row.mountPoint} ${row.device}` };
  // M8G in a revision is the memory layout of the modules with two slots.
  const revision = build.projectVersion?.revision;
  if (revision !== undefined && /M8G/.test(revision)) return { entry: sdx6x.versionFile, found: displayName(revision) };
  for (const path of build.entries.keys()) {
    if (/^BOOTABLE_IMAGES\/boot_[ab]\.img$/.test(path)) return { entry: path, found: path };
  }
  return undefined;
}

/** Layouts that DFOTA does not serve: two slots. */
export const checkSingleSlot: BuildCheck = ({ source, target }) => {
  const findings: Finding[] = [];
  for (const build of [source, target]) {
    const mark = slotMark(build);
    if (mark === undefined) continue;
    findings.push({
      severity: 'error',
      code: 'two-slots',
      place: { file: build.origin, entry: mark.entry },
      message: 'the build is for an A/B layout, which DFOTA does not support',
      found: mark.found,
      expected: 'a single (non A/B) partition scheme on 4+4 MCP storage',
      remedy: 'update such modules with whole images',
    });
  }
  return findings;
};
