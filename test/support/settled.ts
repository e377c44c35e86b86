/** Plans that are settled without encoding anything, for what comes behind them. */
import { sha256Of } from '../../src/model/digest.js';
import type { Encoding, Payload } from '../../src/model/operation.js';
import { parseParts } from '../../src/model/parts.js';
import type { BuildPath } from '../../src/model/path.js';
import type { DeltaPlan, SettledPlan } from '../../src/model/plan.js';
import { withIdentities } from '../../src/plan/identities.js';
import { planDelta } from '../../src/plan/plan.js';
import { encodeOperations, settle } from '../../src/plan/settle.js';
import type { Shape } from './growth-shapes.js';

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

/** The plan with made-up patches: the first base that was offered wins. */
export function settleWithFirst(plan: DeltaPlan): SettledPlan {
  const encodings = new Map<BuildPath, Encoding>();
  for (const op of encodeOperations(plan)) {
    const [base] = op.kind === 'encode-file' ? op.bases : op.whole ? [] : [{ path: op.path }];
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
  }
  return withIdentities(settle(plan, encodings), (size) => payload(`identity ${size}`, 146));
}
