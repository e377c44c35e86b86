/** Squashfs images, as people and programs are told of them. */

/** An image that was made. */
export interface SquashfsMade {
  readonly output: string;
  /** Bytes of the file that was written. */
  readonly size: number;
  /** Bytes of the squashfs itself. */
  readonly squashfsSize: number;
  readonly files: number;
  readonly directories: number;
  readonly links: number;
  /** Bytes of all files. */
  readonly bytes: number;
  /** The volume's name, where the squashfs lies in an UBI image. */
  readonly volume?: string | undefined;
  readonly sha256: string;
  /** What was left out. */
  readonly notes: readonly string[];
}
