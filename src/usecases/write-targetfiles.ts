/** Writes a tree as a targetfiles.zip, and reads it back before it gets its name. */
import { readZip } from '../input/zip/zip-tree.js';
import { ProofError } from '../model/errors.js';
import { type BuildPath, displayName } from '../model/path.js';
import { silent } from '../model/progress.js';
import { type ReadOptions, sameContent, type TreeNode } from '../model/tree.js';
import { type TargetFilesEntry, type WrittenTargetFiles, writeTargetFilesZip } from '../package/targetfiles-zip.js';

/** What is written, and where. */
export interface TargetFiles {
  readonly nodes: ReadonlyMap<BuildPath, TreeNode>;
  readonly read: (path: BuildPath) => Promise<Uint8Array>;
  readonly output: string;
}

/** Writes the zip, reads it back as any command will, and only then gives it its name. Throws InputError, and ProofError. */
export async function writeTargetFiles(files: TargetFiles, reading: ReadOptions): Promise<WrittenTargetFiles> {
  const entries = [...files.nodes].map(([path, node]): TargetFilesEntry => {
    if (node.kind === 'link') return { path, kind: 'link', destination: node.destination };
    if (node.kind === 'directory') return { path, kind: 'directory', mode: node.own?.mode ?? 0o755 };
    return { path, kind: 'file', mode: node.own?.mode ?? 0o644, size: node.content.size, read: () => files.read(path) };
  });
  return writeTargetFilesZip(entries, files.output, {
    onProgress: reading.onProgress,
    signal: reading.signal,
    check: (file) => checkWritten(file, files, reading),
  });
}

async function checkWritten(file: string, { nodes, output }: TargetFiles, reading: ReadOptions): Promise<void> {
  const tree = await readZip(file, { ...reading, onProgress: silent });
  await tree.close();
  const others = [...nodes].filter(([path, node]) => !sameContent(tree.nodes.get(path), node));
  if (others.length === 0 && tree.nodes.size === nodes.size) return;
  throw new ProofError({
    code: 'prepare-read-back',
    place: { file: output },
    message: 'the zip does not read back as it was planned',
    found: others.length === 0 ? `${tree.nodes.size} entries` : displayName(others[0]?.[0] ?? ''),
    expected: `${nodes.size} entries as planned`,
  });
}
