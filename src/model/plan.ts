import type { Entry, MiscInfo, Partition, ProjectVersion } from './build.js';
import type { Decision } from './decision.js';
import type { Finding } from './finding.js';
import type { DeltaOperation, PartitionName, Payload, SettledOperation } from './operation.js';
import type { Part } from './parts.js';
import type { BuildPath } from './path.js';
import type { PermissionStatement } from './permission.js';

/** How a patched partition is written: see docs/formats/updater-script.md. */
export type BootUpdate = 'resumable' | 'in-place' | 'whole';

/** What both kinds of plan say about the run as a whole. */
interface PlanBase {
  readonly parts: ReadonlySet<Part>;
  readonly bootUpdate: BootUpdate;
  readonly sourceVersion: ProjectVersion | undefined;
  readonly targetVersion: ProjectVersion | undefined;
  readonly sourceMisc: MiscInfo;
  readonly targetMisc: MiscInfo;
  readonly boot: PartitionName;
  /** How the script mounts /system. */
  readonly system: Partition;
  /**
   * What SYSTEM holds on the device afterwards, in byte order: the target for the chosen parts, the source for the
   * others and for what the noota list keeps, with the chmod list's owners and modes applied.
   */
  readonly outcome: ReadonlyMap<BuildPath, Entry>;
  /** In device order. */
  readonly permissions: readonly PermissionStatement[];
  readonly findings: readonly Finding[];
}

/** Everything decided, nothing encoded. */
export interface DeltaPlan extends PlanBase {
  readonly state: 'delta';
  readonly decisions: ReadonlyMap<BuildPath, Decision<DeltaOperation>>;
}

/** Every patch known, worth it, or replaced: only this reaches the script and the package. */
export interface SettledPlan extends PlanBase {
  readonly state: 'settled';
  /** Patches that copy so many bytes as they are, by that size: for resumable partitions and for bases that are read from a copy. */
  readonly identities: ReadonlyMap<number, Payload>;
  readonly decisions: ReadonlyMap<BuildPath, Decision<SettledOperation>>;
}
