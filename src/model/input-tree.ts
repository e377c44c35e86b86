import type { Finding } from './finding.js';
import type { TreeEntry } from './tree-entry.js';

/** Any input as a tree. Close it. */
export interface InputTree {
  /** The input as the user named it. */
  readonly origin: string;
  /** For people: `zip`, `folder`, `UBI image, volume rootfs`, … */
  readonly description: string;
  /** The root directory's own owner and mode, where the input keeps them. */
  readonly root?: Pick<TreeEntry, 'mode' | 'uid' | 'gid'> | undefined;
  /** In byte order of the path; every directory is there, but not the root itself. */
  readonly entries: readonly TreeEntry[];
  /** Bytes of the physical erase blocks, for an image. */
  readonly eraseBlock?: number | undefined;
  /** The file system can only be read: a module changes no single files in it. */
  readonly readOnly?: boolean | undefined;
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
