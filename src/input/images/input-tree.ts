import type { Finding } from '../../model/finding.js';

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
  readonly destination?: string;
  readonly device?: { readonly major: number; readonly minor: number };
  /** Names under which the same file is known, this one included; more than 1 for hard links. */
  readonly links: number;
  /** Tells hard links apart from copies: equal for all names of one file. */
  readonly fileId?: number;
  /** Extended attributes by name. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  /** The content cannot be read without a key. */
  readonly encrypted: boolean;
}

/** Any input as a tree. Close it. */
export interface InputTree {
  /** The input as the user named it. */
  readonly origin: string;
  /** For people: `zip`, `folder`, `UBI image, volume rootfs`, … */
  readonly description: string;
  /** In byte order of the path; every directory is there, but not the root itself. */
  readonly entries: readonly TreeEntry[];
  readonly findings: readonly Finding[];
  /** The content of a file in order. Throws InputError when it is damaged. */
  content(path: string): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** All of a file's content in one piece. */
export async function readWhole(tree: Pick<InputTree, 'content'>, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of tree.content(path)) {
    parts.push(part);
    size += part.length;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
