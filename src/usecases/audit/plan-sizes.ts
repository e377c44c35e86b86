/** About what each file of a plan takes in the package, without making a patch, and what files take that are sent whole. */

import { identityPatch } from '../../encode/bsdiff/identity.js';
import { type FileEstimate, quickWhole } from '../../encode/estimate/estimate-file.js';
import { openMeasurer } from '../../encode/estimate/measurer.js';
import type { Build, OpenBuild } from '../../model/build.js';
import type { Sha1 } from '../../model/digest.js';
import { discard } from '../../model/discard.js';
import type { EncodeFile, EncodePartition } from '../../model/operation.js';
import type { BuildPath } from '../../model/path.js';
import type { DeltaPlan } from '../../model/plan.js';
import { encodeOperations } from '../../plan/settle.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** A file of the target that was read, and a file of the source that was read for it. */
export interface SeenFile {
  readonly path: BuildPath;
  readonly sha1: Sha1;
  readonly target: Bytes;
  readonly base?: { readonly path: BuildPath; readonly bytes: Bytes } | undefined;
}

/** What was measured. */
export interface Sizes {
  /** Of the files that were seen: bytes when compressed quickly. The package takes a little less. */
  readonly whole: ReadonlyMap<BuildPath, number>;
  /** Of all files that the plan encodes. Those with the same content from the same bases have the same one: the package carries it once. */
  readonly estimates: ReadonlyMap<BuildPath, FileEstimate>;
}

/** Measures files as they are read for something else, and reads what is left at the end. */
export interface PlanSizes {
  /** Takes over the bytes of a file, and may measure them later: the arrays are empty afterwards, or will be. */
  readonly see: (file: SeenFile) => Promise<void>;
  readonly finish: () => Promise<Sizes>;
  /** Ends what is under way. */
  readonly close: () => Promise<void>;
}

type Encode = EncodeFile | EncodePartition;

/** Where less than this differs, in bytes, all is measured sooner than a thread starts. */
const worthThread = 8 * 2 ** 20;

/** Begins to measure, in a thread of its own where that is allowed and worth it; files are estimated where a plan is given that is to be encoded. */
export function openSizes(
  plan: DeltaPlan | undefined,
  source: OpenBuild,
  target: OpenBuild,
  { apart, signal }: { readonly apart: boolean; readonly signal: AbortSignal | undefined },
): PlanSizes {
  const operations = new Map<BuildPath, Encode>(
    plan === undefined ? [] : encodeOperations(plan).map((op) => [op.path, op]),
  );
  const measurer = openMeasurer({ apart: apart && differingBytes(source.build, target.build) >= worthThread }, signal);
  const wholeOf = new Map<Sha1, number>();
  const seen = new Map<BuildPath, Sha1>();
  const known = new Map<string, FileEstimate>();
  const estimates = new Map<BuildPath, FileEstimate>();
  /** The file that is measured while the next one is read. */
  let under = Promise.resolve();

  /** What is to be found out about a file that the plan encodes: its bases, and the estimate where it is known already. */
  const wanted = (path: BuildPath) => {
    const op = operations.get(path);
    if (op === undefined) return undefined;
    const bases = basesOf(op);
    const key = [op.target.sha1, ...bases.map(({ content }) => content.sha1)].join(' ');
    if (!known.has(key) && bases.some(({ content }) => content.sha1 === op.target.sha1))
      known.set(key, identity(op.target.size));
    const estimate = known.get(key);
    if (estimate !== undefined) estimates.set(path, estimate);
    return estimate === undefined ? { key, bases } : undefined;
  };

  const readBases = async (bases: readonly ReadBase[], have: SeenFile['base']) => {
    const read: Bytes[] = [];
    for (const { path, build } of bases) {
      const known = build === 'source' && have?.path === path ? have.bytes : undefined;
      read.push(known ?? (await { source, target }[build].content.read(path)));
    }
    return read;
  };

  /** Measures what is not known yet of a file. */
  const take = async ({ path, sha1, target: bytes, base }: SeenFile): Promise<void> => {
    const asked = wanted(path);
    const quick = wholeOf.get(sha1);
    if (asked !== undefined || quick === undefined) {
      const bases = asked && (await readBases(asked.bases, base));
      const { whole: measured, estimate } = await measurer.measure({ target: bytes, bases, whole: quick });
      wholeOf.set(sha1, measured);
      if (asked !== undefined && estimate !== undefined) {
        known.set(asked.key, estimate);
        estimates.set(path, estimate);
      }
    }
    discard(bytes, ...(base === undefined ? [] : [base.bytes]));
  };

  /** Lets the file before be measured, and begins with this one. */
  const begin = async (file: SeenFile): Promise<void> => {
    await under;
    under = take(file);
    // Told to whoever waits for it next.
    under.catch(() => {});
  };

  return {
    see: async (file) => {
      await begin(file);
      seen.set(file.path, file.sha1);
    },
    finish: async () => {
      for (const [path, op] of operations) {
        signal?.throwIfAborted();
        await under;
        if (estimates.has(path) || wanted(path) === undefined) continue;
        await begin({ path, sha1: op.target.sha1, target: await target.content.read(path) });
      }
      await under;
      const whole = new Map<BuildPath, number>();
      for (const [path, sha1] of seen) {
        const size = wholeOf.get(sha1);
        if (size !== undefined) whole.set(path, size);
      }
      return { whole, estimates };
    },
    close: measurer.close,
  };
}

/** A base, and the build that has it. */
interface ReadBase {
  readonly path: BuildPath;
  readonly content: Encode['target'];
  readonly build: 'source' | 'target';
}

function basesOf(op: Encode): readonly ReadBase[] {
  if (op.kind === 'encode-file')
    return op.bases.map(({ path, content, kind }) => ({
      path,
      content,
      build: kind === 'updated' ? 'target' : 'source',
    }));
  return op.source === undefined || op.whole ? [] : [{ path: op.path, content: op.source, build: 'source' }];
}

function identity(size: number): FileEstimate {
  return { method: 'patch', bytes: quickWhole(identityPatch(size).slice()) };
}

/** Bytes of the files of the target that are others, or elsewhere, than in the source. */
function differingBytes(source: Build, target: Build): number {
  let bytes = 0;
  for (const [path, entry] of target.entries) {
    if (entry.kind !== 'file') continue;
    const before = source.entries.get(path);
    if (before?.kind !== 'file' || before.content.sha1 !== entry.content.sha1) bytes += entry.content.size;
  }
  return bytes;
}
