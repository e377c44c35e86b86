import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { type Part, partOf, showParts } from '../../model/parts.js';
import type { BuildPath } from '../../model/path.js';
import { type BuildCheck, type CheckFacts, count, few, sameContent } from './facts.js';

const names: Readonly<Record<Part, string>> = {
  l: 'the root file system',
  m: 'the modem',
  o: 'the kernel',
  minor: 'minor partitions',
};

/** The paths of each part whose content differs between the builds; what every build rewrites does not count. */
export function changedByPart({ source, target }: CheckFacts): ReadonlyMap<Part, readonly BuildPath[]> {
  const changed = new Map<Part, BuildPath[]>();
  for (const path of new Set([...source.entries.keys(), ...target.entries.keys()])) {
    const part = partOf(path);
    if (part === undefined || rewritten.has(path) || sameContent(source.entries.get(path), target.entries.get(path)))
      continue;
    const paths = changed.get(part);
    if (paths === undefined) changed.set(part, [path]);
    else paths.push(path);
  }
  return changed;
}

const rewritten: ReadonlySet<string> = new Set([sdx6x.buildProp, sdx6x.versionFile]);

/** Parts that changed but are left out: images that were not built together then run together. */
export const checkPartsChosen: BuildCheck = (facts) => {
  const findings: Finding[] = [];
  for (const [part, paths] of changedByPart(facts)) {
    if (facts.parts.has(part)) continue;
    findings.push({
      severity: part === 'minor' ? 'information' : 'warning',
      code: 'part-left-out',
      place: { file: facts.target.origin },
      message: `${names[part]} changed (${count(paths.length, 'file')}), but the package updates only ${showParts(facts.parts)}`,
      found: few(paths),
      remedy: 'update all parts ("a"), unless you know that the old and new parts work together',
    });
  }
  return findings;
};

/** A modem that changes while root file system and kernel stay: they talk to each other and are released together. */
export const checkModemAlone: BuildCheck = (facts) => {
  const changed = changedByPart(facts);
  const modem = changed.get('m');
  if (modem === undefined || !facts.parts.has('m') || changed.has('l') || changed.has('o')) return [];
  return [
    {
      severity: 'warning',
      code: 'modem-alone',
      place: { file: facts.target.origin },
      message: `the modem changed (${count(modem.length, 'file')}), but neither the root file system nor the kernel`,
      found: few(modem),
      remedy: 'check that this modem is released for this root file system and kernel',
    },
  ];
};

const boot = sdx6x.bootImage;

/** Kernel modules that changed although the kernel did not: they may not load. */
export const checkKernelModules: BuildCheck = (facts) => {
  const { source, target } = facts;
  const before = source.entries.get(boot);
  if (before === undefined || !sameContent(before, target.entries.get(boot))) return [];
  const modules = (changedByPart(facts).get('l') ?? []).filter((path) => path.endsWith('.ko'));
  if (modules.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'modules-without-kernel',
      place: { file: target.origin, entry: boot },
      message: `the boot image is the same in both builds, but ${count(modules.length, 'kernel module')} changed`,
      found: few(modules),
      remedy: 'put the boot image of the same build into BOOTABLE_IMAGES (sdxlemur-boot.img as boot.img)',
    },
  ];
};
