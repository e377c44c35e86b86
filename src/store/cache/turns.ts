/** Turns of the runs of one process that share a cache, so that none makes what another one is about to keep. */
import type { Sha256 } from '../../model/digest.js';
import type { PatchCache, Turns } from '../../model/patch-cache.js';

/** The cache, in which those who work on one key wait for each other. */
export function withTurns(cache: PatchCache): PatchCache {
  return { ...cache, turns: openTurns() };
}

/** Turns by key: steps of one key run one after the other, in the order in which they were asked for; those of different keys at once. */
export function openTurns(): Turns {
  const last = new Map<Sha256, Promise<void>>();
  return {
    isTaken: (key) => last.has(key),
    take: async (key, step) => {
      const before = last.get(key);
      let pass = (): void => {};
      const passed = new Promise<void>((resolve) => {
        pass = resolve;
      });
      last.set(key, passed);
      await before;
      try {
        return await step();
      } finally {
        if (last.get(key) === passed) last.delete(key);
        pass();
      }
    },
  };
}
