/** Shows what is in an NVS partition: `dfota nvs dump`. */
import type { NvsDump } from '../../model/nvs.js';
import { type NvsKeySource, readKeys } from './keys.js';
import { readPartition } from './read-partition.js';

/** Which partition. */
export interface NvsDumpRequest extends NvsKeySource {
  readonly image: string;
}

/** All that can be read, with every problem. Throws InputError for a file that is no NVS partition, and for keys that are not those of the partition. */
export async function nvsDump(request: NvsDumpRequest): Promise<NvsDump> {
  const { dump } = await readPartition(request.image, await readKeys(request));
  return { file: request.image, ...dump };
}
