/** Plans that are settled without encoding anything, for what comes behind them. */
import { sha256Of } from '../../src/model/digest.js';
import type { EncodeFile, EncodePartition, Encoding, Payload } from '../../src/model/operation.js';
import { parseParts } from '../../src/model/parts.js';
import type { BuildPath } from '../../src/model/path.js';
import type { DeltaPlan, SettledPlan } from '../../src/model/plan.js';
import { planDelta } from '../../src/plan/plan.js';
import { encodeOperations, settle, withoutWholeBases } from '../../src/plan/settle.js';
import type { Shape } from './growth-shapes.js';
import { withIdentities } from './identities.js';

function payload(name: string, size: number): Payload {
  return { id: sha256Of(Buffer.from(name)), size, packageBytes: size };
}

/** The plan of two builds and their lists, for all parts. */
export function planShape({ source, target, rules }: Shape): DeltaPlan {
  return planDelta({
    source,
    target,
    rules,
    parts: allParts(),
    bootUpdate: 'resumable',
    permissions: 'set_perm',
    chmod: 'on-top',
    levers: { moves: true, copies: true, crossBases: true, basesPerFile: 3 },
    sketches: new Map(),
  });
}

/** Every part. */
export function allParts() {
  const parts = parseParts(['a']);
  if (parts === undefined) throw new Error('no parts');
  return parts;
}

/** Says which of so many offered bases wins, or -1 for the whole file. */
export type ChooseBase = (path: BuildPath, bases: number) => number;

/** The plan with made-up patches. A file whose base travels whole after all is chosen for again, as when files are encoded. */
export function settleWith(plan: DeltaPlan, choose: ChooseBase): SettledPlan {
  const encodings = new Map<BuildPath, Encoding>();
  const encode = (op: EncodeFile | EncodePartition): void => {
    const bases = op.kind === 'encode-file' ? op.bases : op.whole ? [] : [{ path: op.path }];
    const base = bases[choose(op.path, bases.length)];
    const chosen: Encoding['chosen'] =
      base === undefined
        ? { kind: 'whole', payload: payload(`whole ${op.target.sha1}`, op.target.size) }
        : {
            kind: 'patch',
            base: base.path,
            format: 'BSDIFF40',
            payload: payload(`patch ${base.path} ${op.target.sha1}`, 150),
          };
    encodings.set(op.path, { chosen, alternatives: [] });
  };
  for (const op of encodeOperations(plan)) encode(op);
  let left = withoutWholeBases(plan, encodings);
  while (left.again.size > 0) {
    for (const op of encodeOperations(left.plan)) if (left.again.has(op.path)) encode(op);
    left = withoutWholeBases(left.plan, encodings);
  }
  return withIdentities(settle(left.plan, encodings), (size) => payload(`identity ${size}`, 146));
}

/** The same, where the first base that was offered wins. */
export function settleWithFirst(plan: DeltaPlan): SettledPlan {
  return settleWith(plan, () => 0);
}
