import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { isMinorImage } from '../../model/layout.js';
import { mostNearPathSearches } from '../../model/limits/input.js';
import type { ImageRule } from '../../model/list-rules.js';
import { nearest } from '../../model/nearest.js';
import { displayName } from '../../model/path.js';
import type { BuildCheck } from '../builds/facts.js';

/** The partitions that the family's modules are known to have. */
export const knownPartitions: readonly string[] = [
  'modem',
  'sbl',
  'tz',
  'tz_devcfg',
  'rpm',
  'aboot',
  'abl',
  'aop',
  'qhee',
  'multi_image',
  'toolsfv',
  'uefi',
  'xbl_config',
  'sec',
  'boot',
  'recovery',
  'system',
  'misc',
  'multi_fota',
];

function at(rule: ImageRule) {
  return { file: rule.at.file, line: rule.at.line };
}

function imagesOf(build: Build): readonly string[] {
  return [...build.entries.values()]
    .filter(({ kind, path }) => kind === 'file' && isMinorImage(path))
    .map(({ path }) => path);
}

function ruleFindings(rule: ImageRule, target: Build, images: readonly string[]): readonly Finding[] {
  const findings: Finding[] = [];
  if (target.entries.get(rule.image)?.kind !== 'file') {
    const meant = nearest(rule.image, images);
    findings.push({
      severity: 'warning',
      code: 'multifota-image-missing',
      place: at(rule),
      message: `the target has no image ${displayName(rule.image)}`,
      remedy: meant === undefined ? 'add the image, or remove the line' : `did you mean ${displayName(meant)}?`,
    });
  }
  if (!rule.partition.startsWith('/') && !knownPartitions.includes(rule.partition)) {
    const meant = nearest(rule.partition, knownPartitions);
    findings.push({
      severity: 'warning',
      code: 'multifota-partition-unknown',
      place: at(rule),
      message: 'no partition of this name is known: if the device has none, the update stops there',
      found: rule.partition,
      expected: meant ?? knownPartitions.join(', '),
      remedy: meant === undefined ? 'check the name on the module (cat /proc/mtd)' : `did you mean ${meant}?`,
    });
  }
  return findings;
}

/** Lines that map an image twice, or two images to one partition, each held against the first such line. */
function clashes(rules: readonly ImageRule[]): readonly Finding[] {
  const findings: Finding[] = [];
  const byImage = new Map<string, ImageRule>();
  const byPartition = new Map<string, ImageRule>();
  for (const rule of rules) {
    const [same, beside] = [byImage.get(rule.image), byPartition.get(rule.partition)];
    if (same === undefined) byImage.set(rule.image, rule);
    if (beside === undefined) byPartition.set(rule.partition, rule);
    for (const other of new Set([same, beside])) {
      if (other === undefined) continue;
      const image = other === same;
      findings.push({
        severity: 'error',
        code: 'multifota-mapped-twice',
        place: at(rule),
        message: image
          ? `line ${other.at.line} maps the same image: only that line counts`
          : `line ${other.at.line} writes another image to the same partition`,
        found: `${displayName(rule.image)} ${rule.partition}`,
        remedy: 'remove one of the two lines',
      });
    }
  }
  return findings;
}

/** What is wrong with the multifota list, and images that changed and are not mapped: they are not sent. */
export const checkImages: BuildCheck = ({ rules, source, target, parts }) => {
  if (!parts.has('minor')) return [];
  const images = imagesOf(target);
  const mapped = new Set<string>(rules.images.map(({ image }) => image));
  const findings = rules.images.flatMap((rule, at) =>
    ruleFindings(rule, target, at < mostNearPathSearches ? images : []),
  );
  for (const clash of clashes(rules.images)) findings.push(clash);
  for (const [path, after] of target.entries) {
    if (after.kind !== 'file' || !isMinorImage(path)) continue;
    const before = source.entries.get(path);
    if (before?.kind === 'file' && before.content.sha1 === after.content.sha1) continue;
    if (mapped.has(path)) continue;
    findings.push({
      severity: 'warning',
      code: 'multifota-image-unmapped',
      place: { file: target.origin, entry: displayName(path) },
      message: `the image ${before === undefined ? 'is new' : 'changed'} and is not sent: no line of the multifota list maps it`,
      expected: `a line such as: ${displayName(path)} abl`,
      remedy: 'map it to its partition in quectel_multifota_filelist.txt, or upgrade it in another way',
    });
  }
  return findings;
};
