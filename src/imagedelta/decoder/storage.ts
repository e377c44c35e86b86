/** The flash of a device, as the decoder asks for it. */

/** An area that is read. Answers undefined when it cannot be read. */
export interface ReadableArea {
  readonly read: (at: number, length: number) => Uint8Array | undefined;
}

/** An area that is also written: whole write units, each once after it was erased. Answers false when it cannot be written. */
export interface WritableArea extends ReadableArea {
  readonly write: (at: number, bytes: Uint8Array) => boolean;
}

/**
 * What an update is made on. In place, `old` and `fresh` read the same flash. The sizes of the areas are those of DeltaFlash, and
 * nothing is asked for outside of them.
 */
export interface DeltaStorage {
  /** Bytes of the old image, where the device can tell. */
  readonly oldSize?: number | undefined;
  readonly old: ReadableArea;
  /** The place for the new image; `erase` erases the block that begins at `at`, if there are blocks. */
  readonly fresh: WritableArea & { readonly erase?: ((at: number) => boolean) | undefined };
  /** For an update in place; `erase` erases all of it. */
  readonly backup?: (WritableArea & { readonly erase: () => boolean }) | undefined;
  /** Records are appended, and it is never erased while an update is under way. */
  readonly journal?: WritableArea | undefined;
}
