/**
 * Statements that have found nothing to do. When a package starts again after a power cut, nearly all statements before the cut
 * only look, and find what an earlier start has found. Such a statement need not run while nothing has changed of what it read.
 */
import { mostNotedReads } from '../../model/limits/device.js';
import { type Flash, visit } from '../machine.js';
import { type ReadLog, readKeys } from '../reads.js';
import type { Runtime } from '../runtime.js';
import { changedReads } from './changed-reads.js';
import { sameVolatile, type Volatile } from './moments.js';

/** A statement that changed nothing, with all that it has read. */
interface Settled {
  readonly volatile: Volatile;
  readonly visits: number;
  readonly reads: ReadonlySet<string>;
}

/** What the statements of one script have read and found, over many starts of it. */
export interface SettledStatements {
  readonly reads: ReadLog;
  /** Whether it has to run; if not, what it costs is counted. */
  readonly before: (index: number, runtime: Runtime) => boolean;
  readonly after: (index: number, runtime: Runtime) => void;
  /** The next statement is no more looked at: it has not been done before. */
  readonly pause: () => void;
}

/** A kind of reading. */
export type ReadKind = keyof ReadLog;

/** Knows nothing yet. `but` is a kind of reading that is passed over, for tests. */
export function settledStatements(but?: ReadKind | undefined): SettledStatements {
  const settled = new Map<number, Settled>();
  /** Statements by what they have read. */
  const readers = new Map<string, Set<number>>();
  /** The flash in which all of them would find nothing to do. */
  let base: Flash | undefined;
  let noted: Set<string> | undefined;
  let begun: { readonly flash: Flash; readonly volatile: Volatile; readonly visits: number } | undefined;
  /** The last that was seen: nearly always the same again. */
  let present: Volatile | undefined;

  let kept = 0;

  const forget = (index: number): void => {
    const { reads } = settled.get(index) ?? {};
    kept -= reads?.size ?? 0;
    for (const key of reads ?? []) {
      const those = readers.get(key);
      those?.delete(index);
      if (those?.size === 0) readers.delete(key);
    }
    settled.delete(index);
  };

  const moveTo = (flash: Flash): void => {
    if (base !== undefined) {
      const stale = new Set<number>();
      changedReads(
        base,
        flash,
        (key) => {
          for (const index of readers.get(key) ?? []) stale.add(index);
        },
        () => {
          for (const index of settled.keys()) stale.add(index);
        },
      );
      for (const index of stale) forget(index);
    }
    base = flash;
  };

  const volatileOf = ({ machine: { ram, mounts }, wipesCache }: Runtime): Volatile => {
    const now = { ram, mounts, wipesCache };
    if (present === undefined || !sameVolatile(present, now)) present = now;
    return present;
  };

  const note = (kind: ReadKind, key: string): void => {
    if (kind !== but) noted?.add(key);
  };

  return {
    reads: {
      name: (volume, directory, name) => note('name', readKeys.name(volume, directory, name)),
      node: (volume, ino) => note('node', readKeys.node(volume, ino)),
      below: (volume, ino) => note('below', readKeys.below(volume, ino)),
      space: (volume) => note('space', readKeys.space(volume)),
      partition: (name) => note('partition', readKeys.partition(name)),
      stage: () => note('stage', readKeys.stage()),
      everything: () => {
        if (but !== 'everything') noted = undefined;
      },
    },
    before: (index, runtime) => {
      const { machine } = runtime;
      const { flash } = machine.unnoted;
      if (flash !== base) moveTo(flash);
      const volatile = volatileOf(runtime);
      const before = settled.get(index);
      if (before !== undefined && sameVolatile(before.volatile, volatile)) {
        visit(machine, before.visits);
        return false;
      }
      forget(index);
      begun = { flash, volatile, visits: machine.visits };
      noted = new Set();
      return true;
    },
    after: (index, runtime) => {
      const { machine } = runtime;
      const reads = noted;
      noted = undefined;
      if (reads === undefined || begun === undefined || machine.unnoted.flash !== begun.flash) return;
      if (!sameVolatile(begun.volatile, volatileOf(runtime)) || kept + reads.size > mostNotedReads) return;
      kept += reads.size;
      settled.set(index, { volatile: begun.volatile, visits: machine.visits - begun.visits, reads });
      for (const key of reads) {
        const those = readers.get(key);
        if (those === undefined) readers.set(key, new Set([index]));
        else those.add(index);
      }
    },
    pause: () => {
      noted = undefined;
      begun = undefined;
    },
  };
}
