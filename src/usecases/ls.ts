import { openInput } from '../input/images/open-input.js';
import { selectPaths } from '../input/selection.js';
import type { Listing } from '../model/listing.js';
import type { OnProgress } from '../model/progress.js';

/** What to list. */
export interface LsOptions {
  /** Paths, folders and patterns; everything when there are none. */
  readonly only?: readonly string[] | undefined;
  /** Volume of an UBI image. */
  readonly volume?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Lists any input: a zip, a folder, an UBI or UBIFS image, a folder of raw images. Throws UsageError and InputError. */
export async function ls(input: string, options: LsOptions = {}): Promise<Listing> {
  const chosen = selectPaths(options.only ?? [], '--only');
  const tree = await openInput(input, options);
  try {
    const { origin, description, entries, findings } = tree;
    const shown = entries.filter(({ path }) => chosen(path));
    return { origin, description, entries: shown, total: entries.length, findings };
  } finally {
    await tree.close();
  }
}
