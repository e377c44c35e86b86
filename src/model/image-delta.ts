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
  /** For a patch over packed parts; segments and flash are then those of the expanded new image. */
  readonly repack: ImageDeltaRepack | undefined;
}

/** Ways of packing whose parts can be compared unpacked: gzip, zlib and zip are deflate, `lzma` is the older container. */
export type RepackWay = 'deflate' | 'lz4' | 'lzma' | 'xz';

/** A packed part that is compared unpacked. */
export interface ImageDeltaRepackPart {
  readonly codec: RepackWay;
  readonly at: number;
  readonly packedSize: number;
  readonly textSize: number;
  /** Bytes that bring back what its packer has decided; 0 where they are not needed. */
  readonly decisionsSize: number;
}

/** What a device needs to unpack the old image and to pack the new one. */
export interface ImageDeltaRepack {
  /** Sizes of the two images unpacked, and room for both in whole blocks of the flash. */
  readonly expandedOldSize: number;
  readonly expandedNewSize: number;
  readonly scratchBytes: number;
  /** Memory for unpacking and packing, beside that of the decoder. */
  readonly packBytes: number;
  readonly oldParts: readonly ImageDeltaRepackPart[];
  readonly newParts: readonly ImageDeltaRepackPart[];
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
  /** What --repack compares it unpacked with; `costUnpacked` then has all that brings back its packed bytes. */
  readonly repack: RepackWay | undefined;
}

/** What came of asking for parts to be compared unpacked. */
export interface ImageDeltaRepackOutcome {
  /** Whether the patch is one over packed parts: it is where that is smaller. */
  readonly used: boolean;
  readonly plainSize: number;
  /** Size of the patch over packed parts; `undefined` where there is none. */
  readonly repackedSize: number | undefined;
  /** Parts that could not be brought back to the same bytes, and are compared packed. */
  readonly refused: readonly {
    readonly image: 'old' | 'new';
    readonly codec: RepackWay;
    readonly at: number;
    readonly packedSize: number;
  }[];
}

/** A patch that was made. */
export interface ImageDelta {
  readonly output: string;
  readonly info: ImageDeltaInfo;
  readonly cost: ImageDeltaCost;
  /** Parts that are compared packed. */
  readonly packedParts: readonly ImageDeltaPackedPart[];
  /** `undefined` where it was not asked for. */
  readonly repacked: ImageDeltaRepackOutcome | undefined;
  /** Covers that the patch is made of. */
  readonly covers: number;
}
