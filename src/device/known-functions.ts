/** Which functions the updaters register, and which of them can be simulated. */
import type { PermissionFamily, Profile, UpdaterName } from './profile.js';

const updaters: readonly UpdaterName[] = ['android-4.1', 'android-4.4', 'android-5.1', 'android-7.1', 'le-c', 'le-7'];
const from44: readonly UpdaterName[] = ['android-4.4', 'android-5.1', 'android-7.1', 'le-7'];
const from51: readonly UpdaterName[] = ['android-5.1', 'android-7.1', 'le-7'];

/** Who knows a function, and what the simulated device makes of it. */
interface KnownFunction {
  readonly by: readonly UpdaterName[];
  /**
   * `build`: not simulated, and left out of some builds of the updater, so that a script that only names it may not parse.
   */
  readonly simulated: 'yes' | 'no' | 'build';
}

const common = [
  'mount unmount is_mounted show_progress set_progress ui_print delete delete_recursive package_extract_dir',
  'package_extract_file symlink getprop file_getprop write_raw_image apply_patch apply_patch_check apply_patch_space',
  'read_file sha1_check run_program ifelse abort assert concat is_substring less_than_int greater_than_int',
  'sleep stdout wipe_cache',
]
  .join(' ')
  .split(' ');

const known: ReadonlyMap<string, KnownFunction> = new Map([
  ...common.map((name): [string, KnownFunction] => [name, { by: updaters, simulated: 'yes' }]),
  ['format', { by: updaters, simulated: 'no' }],
  ['rename', { by: from44, simulated: 'yes' }],
  ['set_stage', { by: from44, simulated: 'yes' }],
  ['get_stage', { by: from44, simulated: 'yes' }],
  ['reboot_now', { by: from44, simulated: 'no' }],
  ['enable_reboot', { by: from51, simulated: 'yes' }],
  ['tune2fs', { by: ['android-5.1', 'android-7.1'], simulated: 'no' }],
  ['write_value', { by: ['android-7.1', 'le-7'], simulated: 'no' }],
  ['wipe_block_device', { by: from51, simulated: 'build' }],
  ['block_image_update', { by: from51, simulated: 'build' }],
  ['block_image_verify', { by: from51, simulated: 'build' }],
  ['block_image_recover', { by: ['android-7.1', 'le-7'], simulated: 'build' }],
  ['check_first_block', { by: ['android-7.1', 'le-7'], simulated: 'build' }],
  ['range_sha1', { by: from51, simulated: 'build' }],
  ['scan_mtd_partitions', { by: ['le-7'], simulated: 'build' }],
]);

const families: ReadonlyMap<string, PermissionFamily> = new Map([
  ['set_perm', 'set_perm'],
  ['set_perm_recursive', 'set_perm'],
  ['set_metadata', 'set_metadata'],
  ['set_metadata_recursive', 'set_metadata'],
]);

/** The family of permission functions that it belongs to, if it does. */
export function familyOf(name: string): PermissionFamily | undefined {
  return families.get(name);
}

/** What a profile makes of a function's name in a script. */
export type FunctionKnowledge =
  /** It runs. */
  | 'simulated'
  /** The module knows it, the simulated device cannot run it: fatal when it is reached. */
  | 'not-simulated'
  /** Some modules know it, others do not parse the script: nothing can be proved of a script that names it. */
  | 'doubtful'
  /** The script does not parse. */
  | 'unknown';

/** What the profile makes of a function's name. */
export function knowledgeOf(profile: Profile, name: string): FunctionKnowledge {
  const family = families.get(name);
  if (family !== undefined) return profile.families.includes(family) ? 'simulated' : 'unknown';
  const entry = known.get(name);
  if (entry === undefined) return 'unknown';
  const { functions } = profile;
  if (functions === 'all') {
    if (entry.by.length === updaters.length) return entry.simulated === 'yes' ? 'simulated' : 'not-simulated';
    // updaters that know it differ in what it does: no script for all of them may have it
    return name === 'rename' ? 'unknown' : 'doubtful';
  }
  if (!entry.by.includes(functions)) return 'unknown';
  if (entry.simulated === 'build') return 'doubtful';
  return entry.simulated === 'yes' ? 'simulated' : 'not-simulated';
}

/** Who knows a function, for people; `undefined` where nobody does. */
export function knownTo(name: string): string | undefined {
  const by = known.get(name)?.by;
  if (by === undefined) return undefined;
  return by.length === updaters.length ? 'every updater' : by.join(', ');
}
