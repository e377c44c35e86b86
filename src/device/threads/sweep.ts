/** What a verification does in threads: patches before the run, power cuts after it. */
import type { PowerCuts } from '../../model/verification.js';
import { readingOf } from '../functions/patching.js';
import { type KnownContents, nothingKnown } from '../known-contents.js';
import type { Script } from '../package.js';
import { type CutPoints, type CutSelection, type Judge, selectPoints, sweepResult, tryPoints } from '../power-cuts.js';
import { profileOf } from '../profile.js';
import type { KnownRun } from '../reuse/known-run.js';
import type { Reuse } from '../reuse/reuse.js';
import type { Installation } from '../run.js';
import type { PackageEntry } from '../runtime.js';
import { moduleOptions, type SimulateOptions } from '../simulate-options.js';
import type { PackageReader } from '../zip-reader.js';
import { applyAhead, patchPairs } from './apply-ahead.js';
import { sweepInThreads } from './sweep-in-threads.js';

/** What is known already, and else, for a package that is verified for itself, what threads make of its patches first. */
export async function knownBeforeTheRun(
  { known = nothingKnown, source, profile, share, signal }: SimulateOptions,
  reader: PackageReader,
  entries: ReadonlyMap<string, PackageEntry>,
  script: Script,
): Promise<KnownContents> {
  if (known.outcome !== undefined) return known;
  const pairs = patchPairs(script.root, entries, source);
  const made = await applyAhead(pairs, readingOf(profileOf(profile)), {
    source,
    reader,
    threads: share?.patchThreads,
    signal,
  });
  return { ...known, outcome: (patch, from) => made.get(`${patch} ${from}`) };
}

/** A sweep, and what the uncut run has shown. */
export interface Sweep {
  readonly options: SimulateOptions;
  readonly installation: Installation;
  readonly reader: PackageReader;
  readonly known: KnownContents;
  /** Of the uncut run. */
  readonly points: CutPoints;
  /** What is to be known of starts, and the uncut run where it is. */
  readonly reuse: Reuse | undefined;
  readonly recorded: KnownRun | undefined;
  readonly statements: number;
  readonly judge: Judge;
}

/** Statements in all tries from which on threads are worth their start: most of them are known from earlier starts. */
export const statementsWorthThreads = 600_000;

/** Takes the power away at the chosen points: here, or, when it takes long, in threads. */
export async function sweep(selection: CutSelection, work: Sweep): Promise<PowerCuts> {
  const { options, installation, reader, known, points, reuse, recorded } = work;
  const { source, expected } = options;
  const chosen = selectPoints(points, selection);
  const everySecondCut = selection === 'all';
  let tried = 0;
  const onTried = (): void => options.onProgress?.('power-cuts', ++tried, chosen.length);
  if (chosen.length * work.statements < statementsWorthThreads || options.share?.cutThreads === 0) {
    return sweepResult(points, chosen, [
      await tryPoints(installation, work.judge, chosen, { onTried, everySecondCut, reuse, recorded }),
    ]);
  }
  const groups = await sweepInThreads(
    {
      build: source.build,
      module: moduleOptions(options),
      entries: installation.entries,
      script: installation.script.text,
      profile: options.profile,
      allowedPrograms: installation.allowedPrograms,
      triedProperties: installation.triedProperties,
      everySecondCut,
      reuse: reuse !== undefined,
      mostVisits: installation.mostVisits,
      learnt: installation.store.learnt(),
      expected,
      images: options.images,
    },
    chosen,
    {
      threads: options.share?.cutThreads,
      keptInAll: options.share?.mostKept,
      signal: options.signal,
      onTried,
      read: (wanted) => {
        switch (wanted.from) {
          case 'build':
            return source.content.read(wanted.path);
          case 'package':
            return reader.read(wanted.entry);
          case 'known':
            return known.read(wanted.content);
          case 'property':
            return installation
              .property(wanted.name)
              .then((value) => (value === undefined ? value : new TextEncoder().encode(value)));
          default:
            return wanted satisfies never;
        }
      },
    },
  );
  return sweepResult(points, chosen, groups);
}
