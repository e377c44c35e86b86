import { concurrently } from '../../input/concurrently.js';
import type { OpenBuild } from '../../model/build.js';
import type { Sha1 } from '../../model/digest.js';
import type { ListRules } from '../../model/list-rules.js';
import type { Part } from '../../model/parts.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { BuildPath } from '../../model/path.js';
import type { OnProgress } from '../../model/progress.js';
import type { Levers } from '../../plan/bases.js';
import { contentsToSketch } from '../../plan/plan.js';
import { type Sketch, sketchOf } from '../../plan/sketch.js';
import { readSketches, sketchKey, writeSketches } from '../../plan/sketch-file.js';
import { sketchInThreads } from './sketch-in-threads.js';

/** What decides about which files are sketched, and who is told. */
export interface SketchOptions {
  readonly rules: ListRules;
  readonly parts: ReadonlySet<Part>;
  readonly levers: Pick<Levers, 'crossBases'>;
  /** Where sketches are kept between runs. */
  readonly cache?: PatchCache | undefined;
  /** Sketches that were made before, of any files. */
  readonly known?: ReadonlyMap<Sha1, Sketch> | undefined;
  /** Threads at most; one for each processor without it. */
  readonly threads?: number | undefined;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

interface Item {
  readonly path: BuildPath;
  readonly sha1: Sha1;
  readonly size: number;
}

function itemsOf({ build }: OpenBuild, paths: readonly BuildPath[]): readonly Item[] {
  return paths.flatMap((path) => {
    const entry = build.entries.get(path);
    return entry?.kind === 'file' ? [{ path, ...entry.content }] : [];
  });
}

/** So many files are read at once: some are unpacked by other threads while this one sketches. */
const filesAtOnce = 4;

/** Sketches the files whose likeness decides about bases; a build that was sketched before is not read. */
export async function sketchBuilds(
  source: OpenBuild,
  target: OpenBuild,
  options: SketchOptions,
): Promise<ReadonlyMap<Sha1, Sketch>> {
  const { rules, parts, levers, cache, known: before, threads, onProgress, signal } = options;
  const wanted = contentsToSketch(source.build, target.build, rules, parts, levers);
  const sides = [
    { from: source, items: itemsOf(source, wanted.source) },
    { from: target, items: itemsOf(target, wanted.target) },
  ];
  const totalBytes = sides.reduce((sum, { items }) => sum + items.reduce((all, { size }) => all + size, 0), 0);
  const totalItems = sides.reduce((sum, { items }) => sum + items.length, 0);
  const sketches = new Map<Sha1, Sketch>();
  let doneBytes = 0;
  let doneItems = 0;
  const tell = ({ path, size }: Item): void => {
    doneBytes += size;
    doneItems += 1;
    onProgress({ stage: 'plan', doneBytes, totalBytes, doneItems, totalItems, item: path });
  };
  for (const { from, items } of sides) {
    const contents = items.map(({ sha1 }) => sha1);
    const key = sketchKey(contents);
    const stored = items.length === 0 ? undefined : await cache?.get(key);
    const known = stored && readSketches(stored, contents);
    // The same content at several paths is read once.
    const fresh = new Map(items.filter(({ sha1 }) => !sketches.has(sha1)).map((item) => [item.sha1, item]));
    const take = (item: Item, sketch: Sketch): void => {
      sketches.set(item.sha1, sketch);
      tell(item);
    };
    const unknown = [...fresh.values()].filter((item) => {
      const sketch = known?.get(item.sha1) ?? before?.get(item.sha1);
      if (sketch !== undefined) take(item, sketch);
      return sketch === undefined;
    });
    await sketchInThreads(from.content, unknown, { threads, signal }, take);
    const left = unknown.filter(({ sha1 }) => !sketches.has(sha1));
    await concurrently(left, filesAtOnce, signal, async (item) =>
      take(item, sketchOf(await from.content.read(item.path))),
    );
    for (const item of items) if (fresh.get(item.sha1) !== item) tell(item);
    if (known === undefined && items.length > 0) await cache?.put(key, writeSketches(contents, sketches));
  }
  return sketches;
}
