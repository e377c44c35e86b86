import { InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { openPatchCache } from '../../store/patch-cache.js';
import type { EncodingOptions } from './encode.js';

/** The cache of a run, and what is to be told of it. */
export interface RunCache {
  readonly cache: PatchCache | undefined;
  readonly findings: readonly Finding[];
}

/**
 * Opens the cache that was asked for; throws InputError when its folder cannot be made. The one that nobody asked for only saves time:
 * when it cannot be made, the run goes on without it, with a warning.
 */
export async function openRunCache(options: Pick<EncodingOptions, 'cache' | 'defaultCache'>): Promise<RunCache> {
  if (options.cache !== undefined) return { cache: await openPatchCache({ directory: options.cache }), findings: [] };
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
