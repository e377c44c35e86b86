/** A patch that makes one image out of another, as people and programs are told of it. */

/** What making it takes of the flash. */
export interface ImageDeltaFlash {
  readonly blockSize: number;
  readonly writeUnit: number;
  /** Blocks that are erased, and bytes that are written: at the new place, and in the backup area. */
  readonly erases: number;
  readonly writtenBytes: number;
  /** Bytes of the backup area; 0 where old and new lie apart. */
  readonly backupBytes: number;
  /** Records that the device's journal needs room for, without cuts. */
  readonly journalRecords: number;
}

/** One segment, in the order in which they are made. */
export interface ImageDeltaSegment {
  readonly index: number;
  readonly start: number;
  readonly size: number;
  /** Bytes in the patch; 0 for one that is equal to the old image at its place. */
  readonly packed: number;
  readonly same: boolean;
}

/** All that the header of a patch tells. */
export interface ImageDeltaInfo {
  readonly patchSize: number;
  readonly headerSize: number;
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldSha256: string;
  readonly newSha256: string;
  /** `undefined`: for any product. */
  readonly product: string | undefined;
  readonly counter: number;
  readonly inPlace: boolean;
  readonly direction: 'upwards' | 'downwards';
  readonly segmentSize: number;
  /** Memory of the decoder's tables, and with all that it keeps besides. */
  readonly modelBytes: number;
  readonly ramBytes: number;
  readonly contexts: number;
  readonly codeFormat: string;
  /** Addresses at which parts of the old image are loaded. */
  readonly ranges: readonly { readonly address: number; readonly offset: number; readonly length: number }[];
  readonly signatureBytes: number;
  readonly segments: readonly ImageDeltaSegment[];
  readonly flash: ImageDeltaFlash;
}

/** What kinds of content take of the packed segments, in bytes: their sum is the size of the patch without its header. */
export interface ImageDeltaCost {
  /** Where covers begin and end. */
  readonly covers: number;
  readonly literals: number;
  /** Corrections in copies, and whether there are any, by what is corrected. */
  readonly data: number;
  readonly branches: number;
  readonly pages: number;
  readonly pointers: number;
}

/** A patch that was read, with what its content costs where its old image was given. */
export interface ImageDeltaContents extends ImageDeltaInfo {
  readonly cost: ImageDeltaCost | undefined;
}

/** A packed part of the new image, and what it costs to compare it packed. */
export interface ImageDeltaPackedPart {
  readonly compression: string;
  readonly at: number;
  readonly packedSize: number;
  readonly unpackedSize: number;
  /** Whether the old image has a part to compare it with. */
  readonly hasOld: boolean;
  /** Bytes of a patch for this part alone, compared packed, as it is done, and compared unpacked. */
  readonly costPacked: number;
  readonly costUnpacked: number;
}

/** A patch that was made. */
export interface ImageDelta {
  readonly output: string;
  readonly info: ImageDeltaInfo;
  readonly cost: ImageDeltaCost;
  /** Parts that are packed: no device packs them again, so they are compared packed. */
  readonly packedParts: readonly ImageDeltaPackedPart[];
  /** Covers that the patch is made of. */
  readonly covers: number;
}
