import type { DeltaFaultName } from '../../imagedelta/decoder/fault.js';
import type { EncodePlan } from '../../imagedelta/encoder/encode.js';
import type {
  ImageDeltaCost,
  ImageDeltaPackedPart,
  ImageDeltaRepackOutcome,
  RepackWay,
} from '../../model/image-delta.js';

/** Bytes that travel to the thread and back: nothing else lies in their buffer. */
export type OwnBytes = Uint8Array<ArrayBuffer>;

/** A patch to make, with all that can be told of it. */
export interface MakeJob {
  readonly old: OwnBytes;
  readonly fresh: OwnBytes;
  readonly plan: Omit<EncodePlan, 'sign'>;
  /** Packed parts of these kinds are compared unpacked, where that makes a smaller patch. */
  readonly repack?: readonly RepackWay[] | undefined;
}

/** What was made, and the bytes that were given. */
export interface Made {
  readonly old: OwnBytes;
  readonly fresh: OwnBytes;
  readonly patch: OwnBytes;
  readonly covers: number;
  readonly cost: ImageDeltaCost;
  readonly packedParts: readonly ImageDeltaPackedPart[];
  readonly repacked: ImageDeltaRepackOutcome | undefined;
}

/** A patch to apply. */
export interface ApplyJob {
  readonly old: OwnBytes;
  readonly patch: OwnBytes;
  /** Whether it is told what the content of the patch costs. */
  readonly measured?: boolean | undefined;
  /** Whether a patch for an update in place is applied in one flash, with its blocks and its backup area. */
  readonly asOnDevice?: boolean | undefined;
}

/** The new image, and the bytes that were given. */
export interface Applied {
  readonly old: OwnBytes;
  readonly patch: OwnBytes;
  readonly fresh: OwnBytes;
  readonly cost: ImageDeltaCost | undefined;
}

/** What the thread is asked for. */
export type DeltaJob = ({ readonly kind: 'make' } & MakeJob) | ({ readonly kind: 'apply' } & ApplyJob);

/** What the thread says. */
export type DeltaAnswer =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'made'; readonly result: Made }
  | { readonly kind: 'applied'; readonly result: Applied }
  /** The decoder has refused the patch. */
  | {
      readonly kind: 'refused';
      readonly fault: DeltaFaultName;
      readonly message: string;
      readonly found: string | undefined;
      readonly expected: string | undefined;
    }
  | { readonly kind: 'failed'; readonly error: Error };
