import { defaultCacheDirectory } from '../../store/cache/folder.js';

/** The folder in which patches are kept between runs unless another is given; `undefined` when the user has no folder. */
export function patchCacheFolder(): string | undefined {
  try {
    return defaultCacheDirectory(process.env, process.platform);
  } catch (error) {
    // A user of a number alone, as in a container, has no home.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
