/** Proves a package that is a file: what the module shall be afterwards follows from the builds, the parts and the lists. */
import { readLists } from '../../input/lists/read-lists.js';
import { openBuild } from '../../input/open-build.js';
import type { Modes } from '../../input/ownership.js';
import type { Build, Entry } from '../../model/build.js';
import type { ListRules } from '../../model/list-rules.js';
import type { Part } from '../../model/parts.js';
import { type ArchivePath, toArchivePath } from '../../model/path.js';
import { silent } from '../../model/progress.js';
import type { Verification } from '../../model/verification.js';
import { outcomeOf } from '../../plan/outcome.js';
import { effectiveOwnership } from '../../plan/permissions.js';
import { scopeOf } from '../../plan/scope.js';
import { type VerifyRequest, verifyPackage } from './verify.js';

/** What is to be proved; sizes are bytes. */
export interface VerifyFilesRequest extends Omit<VerifyRequest, 'source' | 'target' | 'expected' | 'keep' | 'images'> {
  readonly source: string;
  /** Without it the package is run, and told what it changes. */
  readonly target?: string | undefined;
  /** Folder of the list files that the package was made with; the starter lists without it. */
  readonly lists?: string | undefined;
  /** For raw images: a targetfiles.zip with what images do not hold. */
  readonly companion?: string | undefined;
  /** The parts that the package updates. */
  readonly parts: ReadonlySet<Part>;
  readonly modes: Modes;
}

/** Opens the builds and proves the package. Throws InputError for what cannot be read. */
export async function verifyFiles(request: VerifyFilesRequest): Promise<Verification> {
  const { source: sourcePath, target: targetPath, lists, companion, parts, modes, ...rest } = request;
  const onProgress = request.onProgress ?? silent;
  const reading = {
    modes,
    onProgress,
    signal: request.signal,
    companion,
  };
  const { rules } = await readLists(lists);
  const source = await openBuild(sourcePath, { ...reading, role: 'source' });
  try {
    if (targetPath === undefined) return await verifyPackage({ ...rest, source });
    const target = await openBuild(targetPath, { ...reading, role: 'target' });
    try {
      const expected = expectedAfter(source.build, target.build, rules, parts);
      return await verifyPackage({ ...rest, source, expected, images: imagesOf(target.build, rules, parts) });
    } finally {
      await target.content.close();
    }
  } finally {
    await source.content.close();
  }
}

const boot = toArchivePath('BOOTABLE_IMAGES/boot.img');

/** SYSTEM as it shall be, with the chmod list's owners and modes, and the images that the package writes. */
export function expectedAfter(
  source: Build,
  target: Build,
  rules: ListRules,
  parts: ReadonlySet<Part>,
): ReadonlyMap<ArchivePath, Entry> {
  const scope = scopeOf(rules, parts);
  const expected = new Map(outcomeOf(source, target, scope));
  for (const [path, ownership] of effectiveOwnership(expected, rules.permissions, scope.touches)) {
    const entry = expected.get(path);
    if (entry !== undefined && entry.kind !== 'link') expected.set(path, { ...entry, ownership });
  }
  const image = (scope.touches(boot) ? target.entries.get(boot) : undefined) ?? source.entries.get(boot);
  if (image !== undefined) expected.set(boot, image);
  for (const path of imagesOf(target, rules, parts).keys()) {
    const entry = target.entries.get(path);
    if (entry !== undefined) expected.set(path, entry);
  }
  return expected;
}

/** The images of minor partitions that the lists map to partitions, where these are updated. */
function imagesOf(target: Build, rules: ListRules, parts: ReadonlySet<Part>): ReadonlyMap<ArchivePath, string> {
  const scope = scopeOf(rules, parts);
  return new Map(
    rules.images
      .filter(({ image }) => target.entries.has(image) && scope.touches(image))
      .map(({ image, partition }) => [image, partition]),
  );
}
