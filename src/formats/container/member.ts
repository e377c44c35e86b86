/** A member of a container (zip, tar, cpio), as its directory names it. */
export interface ContainerMember {
  /** For people. */
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Equal for equal content. */
  readonly identity: string;
  /** `-rwxr-xr-x 0:0`, link destinations and the like. */
  readonly attributes: string;
  /** The content; may throw FormatError. */
  readonly read: () => Uint8Array;
}
