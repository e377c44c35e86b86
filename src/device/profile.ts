/** What the devices of the family differ in. */

/** Each profile simulates one updater; `strict` runs to its end only what all of them take alike. */
export const profileNames = [
  'strict',
  'android-4.1',
  'android-4.4',
  'android-5.1',
  'android-7.1',
  'le-c',
  'le-7',
  'linux-embedded',
] as const;

/** `linux-embedded` is another name for `le-7`. */
export type ProfileName = (typeof profileNames)[number];

/** An updater whose behaviour is known. */
export type UpdaterName = Exclude<ProfileName, 'strict' | 'linux-embedded'>;

/** Which functions set owners and modes. */
export type PermissionFamily = 'set_perm' | 'set_metadata';

/** An updater's behaviour, where updaters differ. */
export interface Profile {
  readonly name: ProfileName;
  /** Whose functions it has; `all`: those that every updater has. */
  readonly functions: UpdaterName | 'all';
  readonly families: readonly PermissionFamily[];
  /** A script that uses both families is refused. */
  readonly oneFamily: boolean;
  /** What is taken from the mode of whatever is created; `unknown`: such modes count as unset until the script sets them. */
  readonly umask: number | 'unknown';
  /** What `package_extract_file` asks for, before the umask. */
  readonly extractedMode: number;
  /** What `<target>.patch` has until the source's mode is set; 4.1 forgets to say one. */
  readonly outputMode: number;
  /** Most arguments of `mount`. */
  readonly mountArguments: 4 | 5;
  /** `mount` looks into the recovery's own table, by mount point, whatever the location says. */
  readonly mountsByTable: boolean;
  readonly symlinkMakesParents: boolean;
  /** `rename` makes the directories above, and takes what was moved before for done. */
  readonly renameRepeats: boolean;
  /** What `set_perm` does with a path that is a link. */
  readonly permOnLink: 'follow' | 'skip' | 'refuse';
  /** Whether `set_metadata` aborts on a path that is not there. */
  readonly metadataNeedsPath: boolean;
  /** Whether `read_file` aborts on a file that is not there. */
  readonly readNeedsFile: boolean;
  /** Making room in /cache: loose files are deleted until it is enough, or the first one must be enough and all go. */
  readonly cacheRoom: 'until-enough' | 'first-must-do';
  readonly patchesEmptySource: boolean;
  /** The patch's format is looked at before anything is written. */
  readonly formatFirst: boolean;
  /** After a cut in the middle of a partition write, `saved.file` serves; elsewhere the second run destroys it. */
  readonly resumesPartitions: boolean;
  /** `file_getprop` aborts on a line without `=`. */
  readonly propertyLinesNeedEquals: boolean;
  /** Whether a partition's address with a size that has no SHA-1 is refused; elsewhere that size is not looked at. */
  readonly evenAddress: boolean;
  /** Whether a byte count must be digits to its end; elsewhere what follows them is not looked at. */
  readonly wholeCounts: boolean;
  /** Whether `ui_print` gives its text with a newline; elsewhere up to the first newline within it. */
  readonly printsNewline: boolean;
  /** What bytes outside of the source count for. */
  readonly outsideSource: 'zero' | 'reject';
  /** Whether the source range of an IMGDIFF2 chunk is held against the source's size; elsewhere other memory is read. */
  readonly chunksInSource: boolean;
  /** Whatever no release does alike is refused: wrong sizes, over-long lines, running programs. */
  readonly strict: boolean;
}

const old: Omit<Profile, 'name' | 'functions'> = {
  families: ['set_perm'],
  oneFamily: false,
  umask: 0o077,
  extractedMode: 0o666,
  outputMode: 0o600,
  mountArguments: 4,
  mountsByTable: false,
  symlinkMakesParents: true,
  renameRepeats: false,
  permOnLink: 'follow',
  metadataNeedsPath: false,
  readNeedsFile: false,
  cacheRoom: 'until-enough',
  patchesEmptySource: true,
  formatFirst: false,
  resumesPartitions: false,
  propertyLinesNeedEquals: true,
  evenAddress: false,
  wholeCounts: false,
  printsNewline: false,
  outsideSource: 'zero',
  chunksInSource: false,
  strict: false,
};

const android51: Profile = {
  ...old,
  name: 'android-5.1',
  functions: 'android-5.1',
  families: ['set_metadata'],
  renameRepeats: true,
  umask: 0o022,
  mountArguments: 5,
  propertyLinesNeedEquals: false,
};

const android71: Profile = {
  ...android51,
  name: 'android-7.1',
  functions: 'android-7.1',
  extractedMode: 0o600,
  cacheRoom: 'first-must-do',
  patchesEmptySource: false,
  formatFirst: true,
  resumesPartitions: true,
  evenAddress: true,
  wholeCounts: true,
  printsNewline: true,
  chunksInSource: true,
};

const le7: Profile = {
  ...android71,
  name: 'le-7',
  functions: 'le-7',
  families: ['set_perm', 'set_metadata'],
  mountsByTable: true,
  permOnLink: 'skip',
};

const profiles: Readonly<Record<ProfileName, Profile>> = {
  strict: {
    ...old,
    name: 'strict',
    functions: 'all',
    families: ['set_perm', 'set_metadata'],
    oneFamily: true,
    umask: 'unknown',
    symlinkMakesParents: false,
    permOnLink: 'refuse',
    metadataNeedsPath: true,
    readNeedsFile: true,
    cacheRoom: 'first-must-do',
    patchesEmptySource: false,
    evenAddress: true,
    wholeCounts: true,
    outsideSource: 'reject',
    chunksInSource: true,
    strict: true,
  },
  'android-4.1': {
    ...old,
    name: 'android-4.1',
    functions: 'android-4.1',
    outputMode: 0,
    symlinkMakesParents: false,
    readNeedsFile: true,
  },
  'android-4.4': {
    ...old,
    name: 'android-4.4',
    functions: 'android-4.4',
    families: ['set_perm', 'set_metadata'],
  },
  'android-5.1': android51,
  'android-7.1': android71,
  'le-c': { ...old, name: 'le-c', functions: 'le-c', mountsByTable: true },
  'le-7': le7,
  'linux-embedded': { ...le7, name: 'linux-embedded' },
};

/** The profile of that name. */
export function profileOf(name: ProfileName): Profile {
  return profiles[name];
}

/** Whether the text names a profile. */
export function isProfileName(text: string): text is ProfileName {
  return profileNames.some((name) => name === text);
}
