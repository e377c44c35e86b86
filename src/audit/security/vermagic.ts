import { FormatError } from '../../formats/format-error.js';
import { readModInfo, vermagicOf } from '../../formats/kernel-module/modinfo.js';
import type { SecurityFinding } from '../../model/audit.js';
import type { BuildPath } from '../../model/path.js';

/** The kernel release that a module was built for; `undefined` for what is no module, or a broken one. */
export function moduleRelease(bytes: Uint8Array): string | undefined {
  try {
    const info = readModInfo(bytes);
    return info && vermagicOf(info)?.split(' ', 1)[0];
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Kernel modules of the target that its kernel will refuse: one finding for each release, at the first of them. */
export function vermagicFindings(kernel: string, modules: ReadonlyMap<BuildPath, string>): readonly SecurityFinding[] {
  const byRelease = new Map<string, BuildPath[]>();
  for (const [path, release] of modules) {
    if (release === kernel) continue;
    const paths = byRelease.get(release);
    if (paths === undefined) byRelease.set(release, [path]);
    else paths.push(path);
  }
  return [...byRelease].flatMap(([release, paths]): readonly SecurityFinding[] => {
    const path = paths[0];
    if (path === undefined) return [];
    const others = paths.length === 1 ? '' : `, and ${paths.length - 1} more kernel modules`;
    return [
      {
        rule: 'vermagic',
        severity: 'error',
        path,
        message: `built for kernel ${release}, the boot image has ${kernel}${others}: it will not load`,
        standing: 'new',
      },
    ];
  });
}
