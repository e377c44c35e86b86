import { cacheAddress, isCacheUrl } from '../../store/cache/address.js';

/** Throws UsageError for the name of a cache that looks like an address and is none. */
export function refuseOtherAddress(cache: string): void {
  if (isCacheUrl(cache)) cacheAddress(cache);
}
