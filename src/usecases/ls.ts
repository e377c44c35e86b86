import { openInput } from '../input/images/open-input.js';
import { selectPaths } from '../input/selection.js';
import type { ImageFormat, Listing } from '../model/listing.js';
import type { Ports } from '../model/ports.js';

/** What to list. */
export interface LsRequest {
  /** A zip, a folder, an UBI or UBIFS image, or a folder of raw images. */
  readonly input: string;
  /** Paths, folders and patterns; everything when there are none. */
  readonly only?: readonly string[] | undefined;
  /** Volume of an UBI image. */
  readonly volume?: string | undefined;
  /** What the input must be; anything that is known without it. */
  readonly format?: ImageFormat | undefined;
}

/** Lists any input: a zip, a folder, an UBI or UBIFS image, a folder of raw images. Throws UsageError and InputError. */
export async function ls({ input, only, volume, format }: LsRequest, ports: Ports = {}): Promise<Listing> {
  const chosen = selectPaths(only ?? [], '--only');
  const tree = await openInput(input, { ...ports, volume, format });
  try {
    const { origin, description, entries, findings } = tree;
    const shown = entries.filter(({ path }) => chosen(path));
    return { origin, description, entries: shown, total: entries.length, findings };
  } finally {
    await tree.close();
  }
}
