export { isProfileName, type ProfileName, profileNames } from './profile.js';
export { type SimulateOptions, simulate } from './simulate.js';
