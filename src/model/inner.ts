/** What an inspector saw inside one file, as plain data for every report. All text is ready for people: decoded, odd bytes as `\xHH`. */

/** What a file was taken for, by its bytes first and its name second. */
export type InnerKind =
  | 'text'
  | 'elf'
  | 'kernel-module'
  | 'boot-image'
  | 'modem-image'
  | 'ubi'
  | 'gzip'
  | 'compressed'
  | 'zip'
  | 'tar'
  | 'cpio'
  | 'binary';

/** Whether a change makes the device easier or harder to attack. */
export type Grade = 'regression' | 'improvement';

/** A field that has one value on each side. Absent on a side: the field, or the file, is not there. */
export interface InnerFact {
  readonly label: string;
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly grade?: Grade | undefined;
  /** A sentence on what it means, where the field's name does not tell. */
  readonly about?: string | undefined;
}

/** A set of names of which some came and some went; both in byte order, capped. */
export interface InnerSet {
  readonly label: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** How many names came and went beyond those listed. */
  readonly omitted: number;
  /** How many are on both sides. */
  readonly kept: number;
  readonly grade?: Grade | undefined;
}

/** A size on both sides, in bytes: a section, a segment, a part of an image. */
export interface InnerSize {
  readonly label: string;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

/** A line of a unified diff. `gap` stands for lines that are the same and not shown. */
export interface DiffLine {
  readonly sign: '+' | '-' | ' ' | 'gap';
  readonly text: string;
}

/** A member of a container that differs. */
export interface InnerMember {
  readonly name: string;
  readonly status: 'added' | 'removed' | 'changed';
  /** Bytes when unpacked. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** What else differs: mode, link, owner. */
  readonly detail?: string | undefined;
  readonly inner?: Inner | undefined;
}

/** What differs inside a file. Fields that are equal on both sides are left out but for those that say what the file is. */
export interface Inner {
  readonly kind: InnerKind;
  /** What the file is, in a phrase: `ELF 64-bit LSB, AArch64, shared object`. */
  readonly summary: string;
  readonly facts?: readonly InnerFact[] | undefined;
  readonly sets?: readonly InnerSet[] | undefined;
  readonly sizes?: readonly InnerSize[] | undefined;
  readonly members?: readonly InnerMember[] | undefined;
  /** Members that differ beyond those listed. */
  readonly membersOmitted?: number | undefined;
  readonly diff?: readonly DiffLine[] | undefined;
  /** What could not be looked at, and why; limits that were met. */
  readonly notes?: readonly string[] | undefined;
}
