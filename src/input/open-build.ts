import type { OpenBuild } from '../model/build.js';
import { type OnProgress, silent } from '../model/progress.js';
import type { EarlyFile, MadeBeside, ReadOptions } from '../model/tree.js';
import { describeBuild } from './describe-build.js';
import { isRawImageFile } from './images/find-images.js';
import type { Role } from './layout.js';
import type { Modes } from './ownership.js';
import { readTree } from './read-tree.js';

/** How a build is read. */
export interface OpenBuildOptions {
  readonly modes: Modes;
  /** Which build it is: decides what must be there and the stage that progress tells of. Without it only what both need. */
  readonly role?: Role | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A file that is wanted before the others. */
  readonly early?: EarlyFile | undefined;
  readonly beside?: MadeBeside | undefined;
  /** Threads that read a zip at most. */
  readonly threads?: number | undefined;
  /** For raw images: a targetfiles.zip, or a folder of its layout, that has what images do not hold (META, OTA, RECOVERY). */
  readonly companion?: string | undefined;
  /** The build is compared, and nothing is made of it: a single image then needs no updater beside it. */
  readonly compareOnly?: boolean | undefined;
}

/**
 * Reads a targetfiles.zip, or a folder of the same layout, once and whole: every byte is checked and hashed, none is
 * kept. Throws InputError with every fault that was found. Close the content when done.
 */
export async function openBuild(path: string, options: OpenBuildOptions): Promise<OpenBuild> {
  const compareOnly = options.compareOnly === true && (await isRawImageFile(path));
  const reading: ReadOptions = {
    compareOnly,
    stage: options.role === 'target' ? 'read-target' : 'read-source',
    onProgress: options.onProgress ?? silent,
    signal: options.signal,
    early: options.early,
    beside: options.beside,
    threads: options.threads,
  };
  const tree = await readTree(path, reading, options.companion);
  try {
    const build = await describeBuild(tree, options.modes, compareOnly ? undefined : options.role);
    return {
      build,
      path,
      content: { read: (file) => tree.read(file), packed: (file) => tree.packed?.(file), close: () => tree.close() },
    };
  } catch (error) {
    await tree.close();
    throw error;
  }
}
