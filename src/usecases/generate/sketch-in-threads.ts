import { inThreads } from '../../input/in-threads.js';
import { batchesOf } from '../../input/zip/packed.js';
import type { BuildContent } from '../../model/build.js';
import { largestSketchedBytes } from '../../model/limits/input.js';
import type { PackedPlace, PackedRecord } from '../../model/packed-place.js';
import type { BuildPath } from '../../model/path.js';
import type { Sketch } from '../../plan/sketch.js';

/** What a thread is asked: entries of an open zip that lie close together. */
export interface SketchJob {
  readonly fd: number;
  readonly records: readonly PackedRecord[];
}

/** A sketch for each; nothing where it is not what the zip claims. */
export type SketchAnswer = readonly (Sketch | undefined)[];

/** Less than this is sketched sooner than threads start. */
const worthThreads = 16 * 2 ** 20;

/**
 * Sketches files in threads that read them themselves, where the build is a zip and there is enough to read; tells of each. Those that nobody is told of
 * are left to the caller.
 */
export async function sketchInThreads<Item extends { readonly path: BuildPath }>(
  content: BuildContent,
  items: readonly Item[],
  options: { readonly threads?: number | undefined; readonly signal?: AbortSignal | undefined },
  take: (item: Item, sketch: Sketch) => void,
): Promise<void> {
  const placed = items.flatMap((item) => {
    const place = content.packed?.(item.path);
    return place === undefined || Math.max(place.record.size, place.record.compressedSize) > largestSketchedBytes
      ? []
      : [{ item, place }];
  });
  const [first] = placed;
  if (first === undefined || placed.reduce((sum, { place }) => sum + place.record.size, 0) < worthThreads) return;
  placed.sort((a, b) => a.place.record.dataStart - b.place.record.dataStart);
  await inThreads<readonly { readonly item: Item; readonly place: PackedPlace }[], SketchAnswer>(
    batchesOf(placed, ({ place }) => place.record),
    {
      entry: new URL('./sketch-thread.js', import.meta.url),
      ...options,
      messageOf: (batch) => ({ fd: first.place.fd, records: batch.map(({ place }) => place.record) }),
    },
    (batch, answer) => {
      for (const [index, { item }] of batch.entries()) {
        const sketch = answer[index];
        if (sketch !== undefined) take(item, sketch);
      }
    },
  );
}
