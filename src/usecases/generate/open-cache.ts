import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { isCacheUrl } from '../../store/cache/address.js';
import { openPatchCache } from '../../store/cache/folder.js';
import { openHttpCache } from '../../store/cache/http.js';
import type { EncodingOptions } from './encoding-options.js';

/** The cache of a run, and what is to be told of it. */
export interface RunCache {
  readonly cache: PatchCache | undefined;
  readonly findings: readonly Finding[];
}

/** The variable of the environment with the token of a shared cache: a request is plain data, and holds no secret. */
const tokenVariable = 'DFOTA_CACHE_TOKEN';

/** The token of shared caches, where one is set. */
export function cacheToken(): string | undefined {
  return process.env[tokenVariable] || undefined;
}

/** The folder of a cache, which is held apart from what is read; undefined for a server. */
export function cacheFolder(cache: string | undefined): string | undefined {
  return cache === undefined || isCacheUrl(cache) ? undefined : cache;
}

/**
 * Opens the cache that was asked for: a folder, or a server by its address. Both may be written to by others, so what comes out is proved before it is used.
 * Throws InputError when the folder cannot be made, UsageError when the address is none. The one that nobody asked for only saves time:
 * when it cannot be made, the run goes on without it, with a warning.
 */
export async function openRunCache(
  options: Pick<EncodingOptions, 'cache' | 'cacheReadOnly' | 'defaultCache'>,
  given?: PatchCache | undefined,
): Promise<RunCache> {
  if (given !== undefined) return { cache: given, findings: [] };
  const { cache: name, cacheReadOnly: readOnly } = options;
  if (name !== undefined) {
    const token = cacheToken();
    const cache = isCacheUrl(name)
      ? await openHttpCache({ url: name, token, readOnly })
      : await openPatchCache({ directory: name, own: false, readOnly });
    return { cache, findings: [] };
  }
  if (options.defaultCache === undefined) return { cache: undefined, findings: [] };
  try {
    return { cache: await openPatchCache({ directory: options.defaultCache }), findings: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const findings = error.faults.map(
      (fault): Finding => ({
        ...fault,
        severity: 'warning',
        code: 'cache-skipped',
        message: 'no patches are kept for later runs: the folder of the patch cache cannot be made',
        remedy: 'set HOME or XDG_CACHE_HOME to a folder that can be written to (LOCALAPPDATA on Windows)',
      }),
    );
    return { cache: undefined, findings };
  }
}
