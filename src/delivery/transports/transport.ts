/** A way to a module's AT port. */

/** An open port. */
export interface Connection {
  /** Resolves when the bytes are on their way; a port that is gone takes them in silence, and `read` tells. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** The next bytes; `gone` when the port went away, `nothing` after so many milliseconds. */
  readonly read: (milliseconds: number) => Promise<Uint8Array | 'gone' | 'nothing'>;
  readonly close: () => void;
}

/** Opens a port as often as it is there. */
export interface Transport {
  /** `undefined` when it is not there now. `device` says which of the module's own ports, where the way leads into the module. */
  readonly open: (milliseconds: number, device: string | undefined) => Promise<Connection | undefined>;
}
