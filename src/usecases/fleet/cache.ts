/** The cache of a fleet's run. */
import { join } from 'node:path';
import { isCacheUrl } from '../../store/cache/address.js';
import type { MakingOptions } from './options.js';
import { fleetRoot, openFleetFile } from './plan.js';

/** How packages are made, with the cache that the fleet's file names where the request names none. A request without any cache stays without. */
export async function fleetCache(file: string, encoding: MakingOptions): Promise<MakingOptions> {
  const { cache, cacheReadOnly } = await openFleetFile(file);
  if (cache === undefined || encoding.cache !== undefined || encoding.defaultCache === undefined) return encoding;
  return { ...encoding, cache: isCacheUrl(cache) ? cache : join(fleetRoot(file), cache), cacheReadOnly };
}
