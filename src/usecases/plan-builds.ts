/** The plan of two opened builds: what every command that plans reads of them first. */
import type { Build } from '../model/build.js';
import type { Part } from '../model/parts.js';
import type { DeltaPlan } from '../model/plan.js';
import { type PlanRequest, planDelta } from '../plan/plan.js';
import { type SketchOptions, sketchBuilds } from './generate/sketches.js';
import type { OpenInputs } from './open-inputs.js';

/** What decides a plan beside the builds and the lists. */
export interface PlanOptions extends Pick<PlanRequest, 'bootUpdate' | 'chmod' | 'levers'> {
  readonly parts: Iterable<Part>;
  /** Without it, what `use_set_metadata` in the target's misc_info.txt says. */
  readonly permissions?: PlanRequest['permissions'] | undefined;
}

/** Which functions set owners and modes. */
export function permissionFamily(
  { permissions }: Pick<PlanOptions, 'permissions'>,
  target: Build,
): PlanRequest['permissions'] {
  return permissions ?? (target.misc.useSetMetadata ? 'set_metadata' : 'set_perm');
}

/** Plans; files are sketched only where a lever wants to know what resembles what. Throws as planDelta does. */
export async function planBuilds(
  { source, target, rules }: Pick<OpenInputs, 'source' | 'target' | 'rules'>,
  options: PlanOptions,
  sketching: Omit<SketchOptions, 'rules' | 'parts' | 'levers'>,
): Promise<DeltaPlan> {
  const { levers } = options;
  const parts = new Set(options.parts);
  const wantsSketches = levers.moves || levers.crossBases;
  return planDelta({
    ...options,
    parts,
    source: source.build,
    target: target.build,
    rules,
    permissions: permissionFamily(options, target.build),
    // No name holds them: they are not needed while patches are made.
    sketches: wantsSketches ? await sketchBuilds(source, target, { ...sketching, rules, parts, levers }) : new Map(),
  });
}
