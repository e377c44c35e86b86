import type { Sha1 } from '../../model/digest.js';
import type { MadeBeside } from '../../model/tree.js';
import { mayBeSketched } from '../../plan/plan.js';
import type { Sketch } from '../../plan/sketch.js';
import type { BesideInputs } from '../open-inputs.js';
import type { ReadingShare } from '../process-memory.js';

/**
 * Sketches that are made while the builds are read, for a run that has no cache of them: the files are unpacked once then, not twice. Of the
 * source every file may be a base; of the target what is new or changed looks for one. Whether a file changed is not known before it is read, but
 * one with the same checksum has surely not: should it have, it is sketched later.
 */
export function sketchWhileReading({ largest }: Pick<ReadingShare, 'largest'>): {
  readonly beside: BesideInputs;
  /** What was sketched of a build, once it is open. */
  readonly known: ReadonlyMap<Sha1, Sketch>;
} {
  const known = new Map<Sha1, Sketch>();
  const beside = (wants: MadeBeside['wants']): MadeBeside => ({
    entry: new URL('./sketching-digest-thread.js', import.meta.url),
    wants,
    largest,
    take: ({ sha1 }, made) => {
      if (isSketch(made)) known.set(sha1, made);
    },
  });
  return {
    known,
    beside: {
      source: beside((path, { size }) => mayBeSketched(path, size)),
      target: ({ content }) =>
        beside((path, { size, crc32 }) => {
          const before = content.packed?.(path)?.record;
          return mayBeSketched(path, size) && (before?.size !== size || before.crc32 !== crc32);
        }),
    },
  };
}

/** Of what a thread of this program has made. */
function isSketch(made: unknown): made is Sketch {
  return typeof made === 'object' && made !== null && 'hashes' in made && Array.isArray(made.hashes);
}
