import type { Build, Content, Entry, Ownership } from '../../src/model/build.js';
import { sha1Of, toSha256 } from '../../src/model/digest.js';
import { compareBytes, fromText, parentOf, toBuildPath } from '../../src/model/path.js';

const owner: Ownership = { uid: 0, gid: 0, mode: 0o644, origin: 'zip-mode' };

/** What an abstract build has at a path: a file with the content of this word, a link, or a directory. */
export type AbstractNode = { file: string; mode?: number } | { link: string } | { directory: true; mode?: number };

/** The content that a word stands for: the empty word is the empty file. */
export function contentOf(wordOfFile: string): Content {
  const bytes = Buffer.from(wordOfFile.repeat(wordOfFile === '' ? 0 : 40));
  return { size: bytes.length, sha1: sha1Of(bytes) };
}

/** A build without bytes behind it, for the pure stages. Parents are made; paths are text. */
export function abstractBuild(nodes: Readonly<Record<string, AbstractNode>>): Build {
  const entries = new Map<ReturnType<typeof toBuildPath>, Entry>();
  const put = (name: string, node: AbstractNode): void => {
    const path = toBuildPath(fromText(name));
    for (let above = parentOf(path); above !== undefined; above = parentOf(above))
      if (!entries.has(above))
        entries.set(above, { kind: 'directory', path: above, ownership: { ...owner, mode: 0o755 } });
    if ('file' in node)
      entries.set(path, {
        kind: 'file',
        path,
        content: contentOf(node.file),
        ownership: { ...owner, mode: node.mode ?? 0o644 },
      });
    else if ('link' in node) entries.set(path, { kind: 'link', path, destination: fromText(node.link) });
    else entries.set(path, { kind: 'directory', path, ownership: { ...owner, mode: node.mode ?? 0o755 } });
  };
  put('SYSTEM', { directory: true });
  for (const [name, node] of Object.entries(nodes)) put(name, node);
  return {
    origin: 'abstract',
    digest: toSha256('0'.repeat(64)),
    entries: new Map([...entries].sort(([a], [b]) => compareBytes(a, b))),
    misc: { recoveryApiVersion: 3, fstabVersion: 1, useSetMetadata: false, values: new Map() },
    partitions: [
      { mountPoint: '/boot', fileSystem: 'mtd', type: 'MTD', device: 'boot' },
      { mountPoint: '/system', fileSystem: 'ubifs', type: 'UBI', device: 'system' },
    ],
    findings: [],
  };
}
