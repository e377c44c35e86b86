/** Proves a package that is a file: what the module is to hold afterwards follows from the builds, the parts and the lists. */

import { outcomesAhead } from '../../device/index.js';
import type { Build, Entry, OpenBuild } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import type { ListRules } from '../../model/list-rules.js';
import type { Part } from '../../model/parts.js';
import type { BuildPath } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import type { Verification } from '../../model/verification.js';
import { outcomeOf } from '../../plan/outcome.js';
import { bootPartition, imagePartition } from '../../plan/partitions.js';
import { effectiveOwnership } from '../../plan/permissions.js';
import { scopeOf } from '../../plan/scope.js';
import { refuseOtherPackage } from '../given-package.js';
import { withNamedBuilds } from '../name-builds.js';
import { type ReadingOptions, readLists, withBuild } from '../open-inputs.js';
import { listsDigestOf } from '../package-metadata.js';
import { shareReading } from '../process-memory.js';
import { bytesOf, type VerifyRequest, verifyPackage } from './verify.js';

/** What is to be proved; sizes are bytes. */
export interface VerifyFilesRequest extends VerifyRequest, ReadingOptions {
  readonly source: string;
  /** Without it the package is run, and told what it changes. */
  readonly target?: string | undefined;
  /** Folder of the list files that the package was made with; the starter lists without it. */
  readonly lists?: string | undefined;
  /** The parts that the package updates. */
  readonly parts: readonly Part[];
}

/** Opens the builds and proves the package; tells with which lists. Throws InputError for what cannot be read. */
export async function verifyFiles(given: VerifyFilesRequest, ports: Ports = {}): Promise<Verification> {
  const request = await withNamedBuilds(given);
  await refuseOtherPackage(request.packagePath);
  const { lists: folder, ...rest } = request;
  const lists = await readLists(folder);
  const verification = await proveWith(lists.rules, rest, ports);
  const madeWith = await listsDigestOf(request.packagePath);
  return { ...verification, lists: { folder, digest: lists.listsDigest, madeWith } };
}

async function proveWith(
  rules: ListRules,
  request: Omit<VerifyFilesRequest, 'lists'>,
  ports: Ports,
): Promise<Verification> {
  const { source: sourcePath, target: targetPath, companion, modes, parts: chosen, ...proof } = request;
  const { memory } = request;
  const reading = { companion, modes };
  const readingPorts = { ...ports, threads: shareReading(memory).threads };
  const parts = new Set(chosen);
  return withBuild(sourcePath, 'source', reading, readingPorts, async (source) => {
    if (targetPath === undefined) {
      const images = imagesOf(source.build, rules, parts);
      return verifyPackage({ source, images: images.size === 0 ? undefined : images }, proof, ports);
    }
    // What memory there is is shared out when both builds are known.
    const ahead = memory === undefined ? beginOutcomes(source, proof, ports.signal) : undefined;
    try {
      return await withBuild(targetPath, 'target', reading, readingPorts, async (target) => {
        const expected = expectedAfter(source.build, target.build, rules, parts);
        const images = imagesOf(target.build, rules, parts);
        const known = { ...bytesOf(target), outcome: await ahead?.outcome };
        return verifyPackage({ source, expected, images, known }, proof, ports);
      });
    } finally {
      await ahead?.end();
    }
  });
}

/** The package's patches are applied while the target is read: the kernel's takes one thread for longer than that. */
function beginOutcomes(source: OpenBuild, { packagePath, profile = 'strict' }: VerifyRequest, given?: AbortSignal) {
  const stop = new AbortController();
  const signal = given === undefined ? stop.signal : AbortSignal.any([given, stop.signal]);
  const outcome = outcomesAhead({ packagePath, source, profile, signal });
  // Who does not wait for it has failed already.
  outcome.catch(() => {});
  return {
    outcome,
    end: async (): Promise<void> => {
      stop.abort();
      await outcome.catch(() => {});
    },
  };
}

const boot = sdx6x.bootImage;

/** SYSTEM as it is to be, with the chmod list's owners and modes, and the images that the package writes. */
export function expectedAfter(
  source: Build,
  target: Build,
  rules: ListRules,
  parts: ReadonlySet<Part>,
): ReadonlyMap<BuildPath, Entry> {
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
function imagesOf(target: Build, rules: ListRules, parts: ReadonlySet<Part>): ReadonlyMap<BuildPath, string> {
  const scope = scopeOf(rules, parts);
  const { partition: bootAt } = bootPartition(target);
  return new Map(
    rules.images
      .filter(({ image }) => target.entries.has(image) && scope.touches(image))
      .map((rule) => [rule.image, imagePartition(rule, bootAt).device]),
  );
}
