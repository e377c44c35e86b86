/** What an entry of a tree can be. */
export type TreeKind = 'file' | 'link' | 'directory' | 'character-device' | 'block-device' | 'fifo' | 'socket';

/** An entry of any input, as it is stored there. */
export interface TreeEntry {
  /** Relative, one unit a byte, without a trailing slash. */
  readonly path: string;
  readonly kind: TreeKind;
  /** Bytes of a file's content, of a link's text; 0 for all else. */
  readonly size: number;
  /** 0 to 0o7777; `undefined` where the input keeps no modes. */
  readonly mode: number | undefined;
  /** `undefined` where the input keeps no owners. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Seconds since 1970, where the input says so without a time zone. */
  readonly mtime: number | undefined;
  /** A link's text, one unit a byte. */
  readonly destination?: string | undefined;
  readonly device?: { readonly major: number; readonly minor: number } | undefined;
  /** Names under which the same file is known, this one included; more than 1 for hard links. */
  readonly links: number;
  /** Tells hard links apart from copies: equal for all names of one file. */
  readonly fileId?: number | undefined;
  /** Extended attributes by name. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  /** The content cannot be read without a key. */
  readonly encrypted: boolean;
}

/** What an entry has of an input that keeps neither modes, owners, dates nor attributes. */
export const bareEntry = {
  size: 0,
  mode: undefined,
  uid: undefined,
  gid: undefined,
  mtime: undefined,
  links: 1,
  attributes: new Map<string, Uint8Array>(),
  encrypted: false,
} as const satisfies Omit<TreeEntry, 'path' | 'kind'>;
