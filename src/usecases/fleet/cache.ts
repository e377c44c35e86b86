/** The cache of a fleet's run. */
import { join } from 'node:path';
import { isCacheUrl } from '../../store/cache/address.js';
import { withTurns } from '../../store/cache/turns.js';
import { openRunCache, type RunCache } from '../generate/open-cache.js';
import type { MakingOptions } from './options.js';
import { fleetRoot, openFleetFile } from './plan.js';

/** How packages are made, with the cache that the fleet's file names where the request names none. A request without any cache stays without. */
export async function fleetCache(file: string, encoding: MakingOptions): Promise<MakingOptions> {
  const { cache, cacheReadOnly } = await openFleetFile(file);
  if (cache === undefined || encoding.cache !== undefined || encoding.defaultCache === undefined) return encoding;
  return { ...encoding, cache: isCacheUrl(cache) ? cache : join(fleetRoot(file), cache), cacheReadOnly };
}

/** Opens the cache of packages that are made at once: a patch that several of them need is made by one, and the others wait for it. Throws as openRunCache does. */
export async function openFleetCache(encoding: MakingOptions): Promise<RunCache> {
  const { cache, findings } = await openRunCache(encoding);
  // Where nothing is kept, waiting for each other would gain nothing.
  const turned = cache === undefined || encoding.cacheReadOnly === true ? cache : withTurns(cache);
  return { cache: turned, findings };
}
