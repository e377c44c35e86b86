import { patchFormat } from './apply.js';
import { readBsdiff40Header } from './bsdiff40.js';
import { type ImgdiffChunk, readImgdiff2Chunks } from './imgdiff2.js';

/** What can be told of a patch without its source. Sizes in bytes. */
export type PatchSummary =
  | {
      readonly format: 'BSDIFF40';
      readonly targetSize: number;
      readonly controlBytes: number;
      readonly diffBytes: number;
      readonly extraBytes: number;
    }
  | {
      readonly format: 'IMGDIFF2';
      /** Known only where no chunk is deflated again: the length of those is not written down. */
      readonly targetSize: number | undefined;
      readonly chunks: readonly ChunkSummary[];
    };

/** A chunk of an IMGDIFF2, and the size of what it makes: for a deflate chunk, before it is deflated. */
export type ChunkSummary = ImgdiffChunk & { readonly makes: number };

/** Reads the headers of a patch; decodes nothing. Throws PatchFormatError. */
export function summarisePatch(patch: Uint8Array): PatchSummary {
  const format = patchFormat(patch);
  if (format === 'BSDIFF40') {
    const { controlBytes, diffBytes, targetSize } = readBsdiff40Header(patch);
    return { format, targetSize, controlBytes, diffBytes, extraBytes: patch.length - 32 - controlBytes - diffBytes };
  }
  const chunks = readImgdiff2Chunks(patch).map((chunk): ChunkSummary => ({ ...chunk, makes: sizeOf(patch, chunk) }));
  const known = chunks.every((chunk) => chunk.kind !== 'deflate');
  return { format, chunks, targetSize: known ? chunks.reduce((sum, chunk) => sum + chunk.makes, 0) : undefined };
}

function sizeOf(patch: Uint8Array, chunk: ImgdiffChunk): number {
  switch (chunk.kind) {
    case 'raw':
      return chunk.length;
    case 'deflate':
      return chunk.targetExpanded;
    case 'normal':
      return readBsdiff40Header(patch.subarray(chunk.patchOffset)).targetSize;
    default:
      return chunk satisfies never;
  }
}
