/** About what each file of a plan takes in the package, without making a patch. */

import { identityPatch } from '../../encode/bsdiff/identity.js';
import { estimateFile, type FileEstimate, quickWhole } from '../../encode/estimate/estimate-file.js';
import type { OpenBuild } from '../../model/build.js';
import { discard } from '../../model/discard.js';
import type { EncodeFile, EncodePartition } from '../../model/operation.js';
import type { BuildPath } from '../../model/path.js';
import type { DeltaPlan } from '../../model/plan.js';
import { encodeOperations } from '../../plan/settle.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** What is known of a file when it is estimated: its bytes, what it takes whole, and a source file that was read for it already. */
export interface SeenFile {
  readonly target: Bytes;
  readonly whole: number;
  readonly base?: { readonly path: BuildPath; readonly bytes: Bytes } | undefined;
}

/** Estimates files as they are read for something else, and reads what is left at the end. */
export interface PlanEstimates {
  /** Told of a file that was read; what the plan does not encode is passed over. */
  readonly see: (path: BuildPath, seen: SeenFile) => Promise<void>;
  /** All estimates. Files with the same content from the same bases have the same one: the package carries it once. */
  readonly finish: (signal: AbortSignal | undefined) => Promise<ReadonlyMap<BuildPath, FileEstimate>>;
}

type Encode = EncodeFile | EncodePartition;

/** Begins to estimate the files that the plan encodes. */
export function openEstimates(plan: DeltaPlan, source: OpenBuild, target: OpenBuild): PlanEstimates {
  const operations = new Map<BuildPath, Encode>(encodeOperations(plan).map((op) => [op.path, op]));
  const known = new Map<string, FileEstimate>();
  const estimates = new Map<BuildPath, FileEstimate>();

  const estimate = async (op: Encode, read: () => Promise<SeenFile>): Promise<void> => {
    const bases = basesOf(op);
    const key = [op.target.sha1, ...bases.map(({ content }) => content.sha1)].join(' ');
    let made = known.get(key);
    if (made === undefined) {
      const same = bases.find(({ content }) => content.sha1 === op.target.sha1);
      made = same === undefined ? await measure(bases, await read()) : identity(op.target.size);
      known.set(key, made);
    }
    estimates.set(op.path, made);
  };

  const measure = async (bases: readonly { readonly path: BuildPath }[], seen: SeenFile): Promise<FileEstimate> => {
    const own = [];
    const bytes = [];
    for (const { path } of bases) {
      const base = seen.base?.path === path ? seen.base.bytes : await source.content.read(path);
      if (base !== seen.base?.bytes) own.push(base);
      bytes.push(base);
    }
    const made = estimateFile({ target: seen.target, bases: bytes }, seen.whole);
    discard(...own);
    return made;
  };

  return {
    see: async (path, seen) => {
      const op = operations.get(path);
      if (op !== undefined) await estimate(op, async () => seen);
    },
    finish: async (signal) => {
      for (const [path, op] of operations) {
        if (estimates.has(path)) continue;
        signal?.throwIfAborted();
        await estimate(op, async () => {
          const bytes = await target.content.read(path);
          return { target: bytes, whole: quickWhole(bytes) };
        });
      }
      return estimates;
    },
  };
}

function basesOf(op: Encode): readonly { readonly path: BuildPath; readonly content: Encode['target'] }[] {
  if (op.kind === 'encode-file') return op.bases;
  return op.source === undefined || op.whole ? [] : [{ path: op.path, content: op.source }];
}

function identity(size: number): FileEstimate {
  return { method: 'patch', bytes: quickWhole(identityPatch(size).slice()) };
}
