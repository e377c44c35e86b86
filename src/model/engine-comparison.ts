/** What our encoders and the classic one make of the patched files of a package. Plain data. */

/** What one of them made of a file, or of all. */
export interface EngineFigures {
  /** Bytes of the patch, before the compression of the zip. */
  readonly size: number;
  readonly wallSeconds: number;
  readonly processorSeconds: number;
}

/** A file that travels as a patch, encoded by both from the base that the package takes. */
export interface ComparedPatch {
  readonly path: string;
  readonly base: string;
  /** Of our patch; the other is always a BSDIFF40. */
  readonly format: 'BSDIFF40' | 'IMGDIFF2';
  readonly targetSize: number;
  readonly ours: EngineFigures;
  /** Null where the other made no patch, or one that does not give the target. */
  readonly other: EngineFigures | null;
}

/** All files, by path, and the totals of those of which both made a patch. */
export interface EngineComparison {
  /** `bsdiff-node 2.5.0`. */
  readonly engine: string;
  readonly patches: readonly ComparedPatch[];
  readonly totals: { readonly patches: number; readonly ours: EngineFigures; readonly other: EngineFigures };
}
