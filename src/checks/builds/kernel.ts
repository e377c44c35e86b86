import type { Finding } from '../../model/finding.js';
import { sdx6x } from '../../model/layout.js';
import { type BuildPath, displayName } from '../../model/path.js';
import { count, few } from './facts.js';

/** What a build's kernel and its kernel modules say about themselves. */
export interface KernelFacts {
  /** The build as the user named it. */
  readonly origin: string;
  /** `5.4.210-perf`, where the boot image could be read so far. */
  readonly release: string | undefined;
  /** Of each kernel module that was read: what it was built for, `5.4.210-perf SMP preempt mod_unload ARMv7`. */
  readonly vermagic: ReadonlyMap<BuildPath, string>;
}

function releaseOfModule(vermagic: string): string {
  return vermagic.split(' ', 1)[0] ?? vermagic;
}

/** Kernel modules that were built for another kernel than the one in the boot image, or for several. */
export function checkVermagic(facts: KernelFacts): readonly Finding[] {
  const byRelease = new Map<string, BuildPath[]>();
  for (const [path, vermagic] of facts.vermagic) {
    const release = releaseOfModule(vermagic);
    const paths = byRelease.get(release);
    if (paths === undefined) byRelease.set(release, [path]);
    else paths.push(path);
  }
  const { release } = facts;
  if (release !== undefined) {
    const strangers = [...byRelease].filter(([built]) => built !== release);
    return strangers.map(([built, paths]) => ({
      severity: 'error',
      code: 'vermagic-mismatch',
      place: { file: facts.origin, entry: sdx6x.bootImage },
      message: `${count(paths.length, 'kernel module')} will not load: built for another kernel than the boot image holds`,
      found: `${displayName(built)} (${few(paths)})`,
      expected: displayName(release),
      remedy: 'take the boot image and the kernel modules from one build',
    }));
  }
  if (byRelease.size < 2) return [];
  return [
    {
      severity: 'warning',
      code: 'vermagic-mixed',
      place: { file: facts.origin },
      message: `the kernel modules were built for ${byRelease.size} different kernels`,
      found: [...byRelease].map(([built, paths]) => `${displayName(built)} (${few(paths, 2)})`).join('; '),
      expected: 'one kernel for all',
      remedy: 'take all kernel modules from one build',
    },
  ];
}
