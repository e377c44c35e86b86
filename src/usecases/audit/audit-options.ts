import type { Part } from '../../model/parts.js';
import type { BootUpdate } from '../../model/plan.js';
import type { Levers } from '../../plan/bases.js';
import type { ChmodPlacement } from '../../plan/permissions.js';
import type { GenerateOptions } from '../generate/generate.js';

/** How to plan, and what else to hold the audit against. */
export interface AuditOptions {
  readonly parts: readonly Part[];
  readonly bootUpdate: BootUpdate;
  readonly levers: Levers;
  readonly chmod: ChmodPlacement;
  /** Makes every patch, so that costs are those of the package that `generate` would make; without it they are estimates. */
  readonly exact?: Pick<GenerateOptions, 'encoding' | 'dialect' | 'permissions'> | undefined;
  /** Memory that the whole run may take, in bytes: refused where it is too little. */
  readonly memory?: number | undefined;
  /** A finished package, made by any tool: its methods and sizes are shown in place of the plan's. */
  readonly packageFile?: string | undefined;
  /** What the report calls that package; its path where not given. */
  readonly packageName?: string | undefined;
  /** A policy.yaml. */
  readonly policyFile?: string | undefined;
  /** `2026-11-21`: waivers that ended before do not count. Today, in UTC, where not given. */
  readonly today?: string | undefined;
}
