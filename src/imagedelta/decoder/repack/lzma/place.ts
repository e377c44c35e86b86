/** Parts that are packed by LZMA, as the header lists them: docs/formats/image-repack.md, sections 10 and 11. */
import type { BranchFilter } from './branch-filters.js';
import type { LzmaProperties } from './model.js';
import type { PlannerSettings } from './planner.js';

/** What the list of parts says of a part that is packed by LZMA. */
export interface LzmaSettings {
  readonly textLength: number;
  readonly packedLength: number;
  readonly decisionsLength: number;
  /** How tokens are predicted, if they are. */
  readonly packer: PlannerSettings | undefined;
}

/** What it says of one stream. */
export interface LzmaPlace extends LzmaSettings {
  readonly properties: LzmaProperties;
  readonly endMark: boolean;
}

/** What the list of parts says of the data of a block. */
export interface Lzma2Place extends LzmaSettings {
  readonly filter: BranchFilter;
}
