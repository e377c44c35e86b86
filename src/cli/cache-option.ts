/** The options that say where patches are kept between runs, for every command that makes some. */
import { UsageError } from '../model/errors.js';
import { refuseOtherAddress } from '../usecases/cache/address.js';
import type { EncodingOptions } from '../usecases/generate/encoding-options.js';
import { patchCacheFolder } from '../usecases/generate/generate-defaults.js';

/** `--cache`, `--cache-read-only` and `--no-cache`. */
export const cacheOptions = {
  cache: {
    type: 'string',
    describe: 'Folder of the patch cache, or the http(s) address of a shared one (token in DFOTA_CACHE_TOKEN)',
    defaultDescription: "the user's cache",
  },
  'cache-read-only': { type: 'boolean', describe: 'Use that cache, and put nothing into it' },
  'no-cache': { type: 'boolean', describe: 'Neither use patches of earlier runs nor keep any' },
} as const;

/** The words that the options take. */
export interface CacheWords {
  readonly cache?: string | undefined;
  readonly cacheReadOnly?: boolean | undefined;
  readonly noCache?: boolean | undefined;
}

/** What the options say. Throws UsageError. */
export function cacheOf({
  cache,
  cacheReadOnly,
  noCache,
}: CacheWords): Pick<EncodingOptions, 'cache' | 'cacheReadOnly' | 'defaultCache'> {
  if (cacheReadOnly === true && cache === undefined) {
    throw new UsageError({
      code: 'usage',
      message: '--cache-read-only is about a cache that is named',
      remedy: 'name it with --cache',
    });
  }
  if (cache !== undefined) refuseOtherAddress(cache);
  return { cache, cacheReadOnly, defaultCache: noCache === true ? undefined : patchCacheFolder() };
}
