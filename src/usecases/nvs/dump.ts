/** Shows what is in an NVS partition: `dfota nvs dump`. */
import type { NvsDump } from '../../model/nvs.js';
import { readPartition } from './read-partition.js';

/** Which partition. */
export interface NvsDumpRequest {
  readonly image: string;
}

/** All that can be read, with every problem. Throws InputError for a file that is no NVS partition. */
export async function nvsDump({ image }: NvsDumpRequest): Promise<NvsDump> {
  const { dump } = await readPartition(image);
  return { file: image, ...dump };
}
