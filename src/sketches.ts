import type { Build, OpenBuild } from './model/build.js';
import type { Sha1 } from './model/digest.js';
import type { Part } from './model/parts.js';
import type { ArchivePath } from './model/path.js';
import type { Policy } from './model/policy.js';
import type { OnProgress } from './model/progress.js';
import { contentsToSketch } from './plan/plan.js';
import { type Sketch, sketchOf } from './plan/sketch.js';

/** Reads the files whose likeness decides about bases and sketches them, one at a time. */
export async function sketchBuilds(
  source: OpenBuild,
  target: OpenBuild,
  policy: Policy,
  parts: ReadonlySet<Part>,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Sha1, Sketch>> {
  const wanted = contentsToSketch(source.build, target.build, policy, parts);
  const work = [
    ...wanted.source.map((path) => ({ from: source, path })),
    ...wanted.target.map((path) => ({ from: target, path })),
  ];
  const totalBytes = work.reduce((sum, { from, path }) => sum + sizeOf(from.build, path), 0);
  const sketches = new Map<Sha1, Sketch>();
  let doneBytes = 0;
  let doneItems = 0;
  for (const { from, path } of work) {
    signal?.throwIfAborted();
    const entry = from.build.entries.get(path);
    if (entry?.kind === 'file' && !sketches.has(entry.content.sha1))
      sketches.set(entry.content.sha1, sketchOf(await from.content.read(path)));
    doneBytes += sizeOf(from.build, path);
    doneItems += 1;
    onProgress({ stage: 'plan', doneBytes, totalBytes, doneItems, totalItems: work.length, item: path });
  }
  return sketches;
}

function sizeOf({ entries }: Build, path: ArchivePath): number {
  const entry = entries.get(path);
  return entry?.kind === 'file' ? entry.content.size : 0;
}
