/** The defaults of `generate`. They stand apart from the use case, so that help and completion load quickly. */

import type { GenerateOptions } from './generate.js';

export { type ProfileName, profileNames } from '../../device/profile.js';
export { patchCacheFolder } from '../cache/user-folder.js';

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
