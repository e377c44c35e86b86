/** What encoding has proved of patches, for the proof of the package in the same run. */
import type { KnownContents } from '../../device/index.js';
import type { Content, OpenBuild } from '../../model/build.js';
import type { Sha1 } from '../../model/digest.js';
import type { ArchivePath } from '../../model/path.js';

/** The decoder has made the target of the source with this patch, and its SHA-1 was the target's. */
export interface ProvedPatch {
  readonly patch: Sha1;
  readonly source: Sha1;
  readonly target: Content;
}

/** The outcomes of these patches, and the target's files by digest: its reader checks what it gives. */
export function knownFrom(proved: readonly ProvedPatch[], { build, content }: OpenBuild): KnownContents {
  const outcomes = new Map(proved.map(({ patch, source, target }) => [`${patch} ${source}`, target]));
  const paths = new Map<Sha1, ArchivePath>();
  for (const entry of build.entries.values()) {
    if (entry.kind === 'file' && !paths.has(entry.content.sha1)) paths.set(entry.content.sha1, entry.path);
  }
  return {
    outcome: (patch, source) => outcomes.get(`${patch} ${source}`),
    read: async ({ sha1 }) => {
      const path = paths.get(sha1);
      return path === undefined ? undefined : content.read(path);
    },
  };
}
