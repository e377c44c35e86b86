import type { Sha1 } from '../../model/digest.js';
import type { MadeBeside } from '../../model/tree.js';
import { mayBeSketched } from '../../plan/plan.js';
import type { Sketch } from '../../plan/sketch.js';

/** Sketches of a source that are made while it is read, for a run that has no cache of them: the files are unpacked once then, not twice. */
export function sketchWhileReading(): {
  readonly beside: MadeBeside;
  /** What was sketched, once the source is open. */
  readonly known: ReadonlyMap<Sha1, Sketch>;
} {
  const known = new Map<Sha1, Sketch>();
  return {
    known,
    beside: {
      entry: new URL('./sketching-digest-thread.js', import.meta.url),
      wants: mayBeSketched,
      take: ({ sha1 }, made) => {
        if (isSketch(made)) known.set(sha1, made);
      },
    },
  };
}

/** Of what a thread of this program has made. */
function isSketch(made: unknown): made is Sketch {
  return typeof made === 'object' && made !== null && 'hashes' in made && Array.isArray(made.hashes);
}
