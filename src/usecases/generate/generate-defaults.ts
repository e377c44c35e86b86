/** The defaults of `generate`. They stand apart from the use case, so that help and completion load quickly. */

import { defaultCacheDirectory } from '../../store/cache/folder.js';
import type { GenerateOptions } from './generate.js';

export { type ProfileName, profileNames } from '../../device/profile.js';

/** What the ways of making a package are when nobody says otherwise. */
export const generateDefaults = {
  bootUpdate: 'resumable',
  chmod: 'on-top',
  dialect: 'assert',
  levers: { moves: true, copies: true, crossBases: true, basesPerFile: 3 },
  encoding: { effort: 'normal' },
  limits: {},
  verify: { level: 'quick', profile: 'strict' },
} as const satisfies Partial<GenerateOptions>;

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
