/** What the header of a patch says. */

/** Code formats by their numbers. */
export const formatNames = ['none', 'aarch64', 'thumb', 'arm'] as const;

/** How the old image is read. */
export type DeltaFormat = (typeof formatNames)[number];

/** Sizes of the model's tables. */
export interface DeltaModelSize {
  readonly contexts: number;
  readonly counterBits: number;
  readonly exactBits: number;
  readonly coarseBits: number;
}

/** Bytes of the old image that are loaded at an address. */
export interface DeltaRange {
  readonly address: number;
  readonly offset: number;
  readonly length: number;
}

/** A piece of the new image that is made by itself. */
export interface DeltaSegment {
  readonly index: number;
  /** Its place in the new image. */
  readonly start: number;
  readonly end: number;
  /** Equal to the old image at the same place: nothing is packed. */
  readonly same: boolean;
  /** Bytes in the patch, and where. */
  readonly packed: number;
  readonly offset: number;
  readonly packedCrc: number;
  readonly newCrc: number;
  readonly digest: Uint8Array | undefined;
}

/** A header that was checked. */
export interface DeltaHeader {
  readonly length: number;
  readonly inPlace: boolean;
  readonly downwards: boolean;
  readonly oldSize: number;
  readonly newSize: number;
  readonly segmentSize: number;
  readonly counter: number;
  readonly modelBytes: number;
  readonly model: DeltaModelSize;
  readonly format: DeltaFormat;
  /** Empty: any product. */
  readonly product: string;
  readonly writeUnit: number;
  readonly flashBlock: number;
  readonly backupBytes: number;
  readonly codeBase: number;
  readonly oldSha256: Uint8Array;
  readonly newSha256: Uint8Array;
  readonly ranges: readonly DeltaRange[];
  /** In the order in which they are made. */
  readonly segments: readonly DeltaSegment[];
  /** What a signature is over. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  /** Bytes of the whole patch. */
  readonly patchLength: number;
}
