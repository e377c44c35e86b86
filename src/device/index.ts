export type { KnownContents } from './known-contents.js';
export { isProfileName, type ProfileName, profileNames } from './profile.js';
export { simulate } from './simulate.js';
export type { SimulateOptions, SimulationShare } from './simulate-options.js';
export { outcomesAhead } from './threads/outcomes-ahead.js';
