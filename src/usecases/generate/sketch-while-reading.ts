import type { Sha1 } from '../../model/digest.js';
import type { BuildPath } from '../../model/path.js';
import type { MadeBeside } from '../../model/tree.js';
import { mayBeSketched } from '../../plan/plan.js';
import type { Sketch } from '../../plan/sketch.js';
import type { BesideInputs } from '../open-inputs.js';
import type { ReadingShare } from '../process-memory.js';

/**
 * Sketches that are made while the builds are read, for a run that has no cache of them: the files are unpacked once then, not twice. Of the
 * source every file may be a base; of the target only what is new at its path surely looks for one, and that something changed is known only when it was read.
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
      source: beside(mayBeSketched),
      target: ({ entries }) =>
        beside((path: BuildPath, size) => mayBeSketched(path, size) && entries.get(path)?.kind !== 'file'),
    },
  };
}

/** Of what a thread of this program has made. */
function isSketch(made: unknown): made is Sketch {
  return typeof made === 'object' && made !== null && 'hashes' in made && Array.isArray(made.hashes);
}
