/** What the devices of the family differ in. */

export const profileNames = [
  'strict',
  'android-4.1',
  'android-4.4',
  'android-5.1',
  'android-7.1',
  'linux-embedded',
] as const;

export type ProfileName = (typeof profileNames)[number];

/** Which functions set owners and modes. */
export type PermissionFamily = 'set_perm' | 'set_metadata';

/** A release's behaviour, where releases differ. */
export interface Profile {
  readonly name: ProfileName;
  readonly families: readonly PermissionFamily[];
  /** A script that uses both families is refused. */
  readonly oneFamily: boolean;
  readonly rename: boolean;
  /** What is taken from the mode of whatever is created; `unknown`: such modes count as unset until the script sets them. */
  readonly umask: number | 'unknown';
  /** Most arguments of `mount`. */
  readonly mountArguments: 4 | 5;
  /** `mount` looks into the recovery's own table, by mount point, whatever the location says. */
  readonly mountsByTable: boolean;
  readonly symlinkMakesParents: boolean;
  /** `package_extract_dir` tells that it failed; elsewhere it says true on a full disk or a bad entry. */
  readonly extractionTells: boolean;
  readonly patchesEmptySource: boolean;
  /** After a cut in the middle of a partition write, `saved.file` serves; elsewhere the second run destroys it. */
  readonly resumesPartitions: boolean;
  /** `file_getprop` aborts on a line without `=`. */
  readonly propertyLinesNeedEquals: boolean;
  /** What bytes outside of the source count for. */
  readonly outsideSource: 'zero' | 'reject';
  /** Whatever no release does alike is refused: wrong sizes, over-long lines, running programs. */
  readonly strict: boolean;
}

const old: Omit<Profile, 'name'> = {
  families: ['set_perm'],
  oneFamily: false,
  rename: false,
  umask: 0o077,
  mountArguments: 4,
  mountsByTable: false,
  symlinkMakesParents: true,
  extractionTells: false,
  patchesEmptySource: true,
  resumesPartitions: false,
  propertyLinesNeedEquals: true,
  outsideSource: 'zero',
  strict: false,
};

const profiles: Readonly<Record<ProfileName, Profile>> = {
  strict: {
    ...old,
    name: 'strict',
    families: ['set_perm', 'set_metadata'],
    oneFamily: true,
    umask: 'unknown',
    symlinkMakesParents: false,
    patchesEmptySource: false,
    outsideSource: 'reject',
    strict: true,
  },
  'android-4.1': { ...old, name: 'android-4.1', symlinkMakesParents: false },
  'android-4.4': { ...old, name: 'android-4.4', families: ['set_perm', 'set_metadata'], rename: true },
  'android-5.1': {
    ...old,
    name: 'android-5.1',
    families: ['set_metadata'],
    rename: true,
    umask: 0o022,
    mountArguments: 5,
    propertyLinesNeedEquals: false,
  },
  'android-7.1': {
    ...old,
    name: 'android-7.1',
    families: ['set_metadata'],
    rename: true,
    umask: 0o022,
    mountArguments: 5,
    extractionTells: true,
    patchesEmptySource: false,
    resumesPartitions: true,
    propertyLinesNeedEquals: false,
  },
  'linux-embedded': { ...old, name: 'linux-embedded', mountsByTable: true },
};

/** The profile of that name. */
export function profileOf(name: ProfileName): Profile {
  return profiles[name];
}

/** Whether the text names a profile. */
export function isProfileName(text: string): text is ProfileName {
  return profileNames.some((name) => name === text);
}

const common = [
  'mount unmount is_mounted show_progress set_progress ui_print delete delete_recursive package_extract_dir',
  'package_extract_file symlink getprop file_getprop write_raw_image apply_patch apply_patch_check apply_patch_space',
  'read_file sha1_check run_program ifelse abort assert concat is_substring less_than_int greater_than_int',
]
  .join(' ')
  .split(' ');

/** The names of the functions that the profile's updater registers. */
export function functionsOf(profile: Profile): ReadonlySet<string> {
  const families = profile.families.flatMap((family) => [family, `${family}_recursive`]);
  return new Set([...common, ...families, ...(profile.rename ? ['rename'] : [])]);
}
