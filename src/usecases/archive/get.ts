/** Gives a build of an archive back as a targetfiles.zip: for whatever wants a file. */
import type { ArchiveFetch } from '../../model/archive.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { holdOutputsApart } from '../hold-apart.js';
import { writeTargetFiles } from '../write-targetfiles.js';
import { openArchivedTree } from './open.js';

/** Which build of which archive, and where it is written: plain data. */
export interface ArchiveGetRequest {
  /** The archive's folder. */
  readonly archive: string;
  /** As `--source-version`: a revision, an unambiguous beginning of it or of the digest, or `latest`. */
  readonly version: string;
  readonly output: string;
}

/**
 * Writes a build of the archive as a targetfiles.zip: every entry, mode and link that was added, stored, in byte order. It is not the
 * zip that was added; every command makes the same of both. Throws UsageError for a version that finds no build or several, InputError
 * for a damaged archive; then nothing is written.
 */
export async function archiveGet(request: ArchiveGetRequest, ports: Ports = {}): Promise<ArchiveFetch> {
  const { archive, version, output } = request;
  const { onProgress = silent, signal } = ports;
  await holdOutputsApart({ whole: [['the archive', archive]] }, [{ role: 'the output', path: output, kind: 'file' }]);
  const { build, tree } = await openArchivedTree(archive, version);
  const files = { nodes: tree.nodes, read: tree.read, output };
  const written = await writeTargetFiles(files, { stage: 'write', onProgress, signal });
  return { archive, build, output, written };
}
