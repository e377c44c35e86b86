export type { KnownContents } from './known-contents.js';
export { isProfileName, type ProfileName, profileNames } from './profile.js';
export { type SimulateOptions, simulate } from './simulate.js';
