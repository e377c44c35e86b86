/** Writes a prepared target. */
import { readZip } from '../../input/zip/zip-tree.js';
import { ProofError } from '../../model/errors.js';
import { type BuildPath, displayName } from '../../model/path.js';
import type { Preparation } from '../../model/preparation.js';
import type { PreparedEntry } from '../../model/prepared-tree.js';
import { silent } from '../../model/progress.js';
import type { ReadOptions } from '../../model/tree.js';
import { sameContent } from '../../model/tree.js';
import { type TargetFilesEntry, writeTargetFilesZip } from '../../package/targetfiles-zip.js';
import type { PrepareRequest } from './prepare-request.js';

/** Writes the zip, reads it back, and only then gives it its name. */
export async function writeTarget(
  request: PrepareRequest,
  reading: ReadOptions,
  entries: ReadonlyMap<BuildPath, PreparedEntry>,
  read: (entry: PreparedEntry) => Promise<Uint8Array>,
): Promise<NonNullable<Preparation['written']>> {
  const list = [...entries.values()].map((entry): TargetFilesEntry => {
    const { path, node } = entry;
    if (node.kind === 'link') return { path, kind: 'link', destination: node.destination };
    if (node.kind === 'directory') return { path, kind: 'directory', mode: node.own?.mode ?? 0o755 };
    return { path, kind: 'file', mode: node.own?.mode ?? 0o644, size: node.content.size, read: () => read(entry) };
  });
  return writeTargetFilesZip(list, request.output, {
    onProgress: reading.onProgress,
    signal: reading.signal,
    check: (file) => checkWritten(file, reading, entries, request.output),
  });
}

/** Reads the finished zip as any command will, and holds it against the plan. */
async function checkWritten(
  file: string,
  reading: ReadOptions,
  entries: ReadonlyMap<BuildPath, PreparedEntry>,
  output: string,
): Promise<void> {
  const tree = await readZip(file, { ...reading, onProgress: silent });
  await tree.close();
  const wrong = [...entries.values()].filter(({ path, node }) => !sameContent(tree.nodes.get(path), node));
  if (wrong.length === 0 && tree.nodes.size === entries.size) return;
  throw new ProofError({
    code: 'prepare-read-back',
    place: { file: output },
    message: 'the zip does not read back as it was planned',
    found: wrong.length === 0 ? `${tree.nodes.size} entries` : displayName(wrong[0]?.path ?? ''),
    expected: `${entries.size} entries as planned`,
  });
}
