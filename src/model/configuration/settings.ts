/** Every setting of a configuration, once: its form, what it is for, which commands take it. Names are those of the options. */
import type { ConfiguredCommand, Setting, ValueOf } from './setting.js';

const packing = ['generate', 'release'] as const satisfies readonly ConfiguredCommand[];
const pairs = ['generate', 'check', 'verify', 'audit', 'release'] as const satisfies readonly ConfiguredCommand[];
const making = ['generate', 'audit', 'release'] as const satisfies readonly ConfiguredCommand[];
const proving = ['generate', 'verify', 'release'] as const satisfies readonly ConfiguredCommand[];

/** The settings by name, in the order in which they are shown. */
export const settings = {
  source: {
    kind: 'build',
    commands: [...pairs, 'prepare'],
    about:
      'The build that the module runs: targetfiles.zip, a folder, or a pattern of which the newest version is taken',
  },
  from: { kind: 'builds', commands: ['generate'], about: 'Several sources: a package is made for each' },
  fromArchive: { kind: 'path', commands: ['generate'], about: 'Archive that holds the source' },
  sourceVersion: { kind: 'texts', commands: ['generate'], about: 'Project revisions of the sources in the archive' },
  target: {
    kind: 'build',
    commands: pairs,
    about: 'The build that it is to run: targetfiles.zip, a folder, or a pattern of which the newest version is taken',
  },
  lists: { kind: 'path', commands: pairs, about: 'Folder of the list files' },
  starterLists: { kind: 'flag', commands: pairs, about: 'Use the starter lists, whatever the folder holds' },
  parts: {
    kind: 'parts',
    commands: pairs,
    about: 'What to update: a (all), or letters of l (root file system), m (modem), o (kernel)',
  },
  companion: { kind: 'path', commands: pairs, about: 'For raw images: a targetfiles.zip with what images do not hold' },
  modes: {
    kind: 'choice',
    words: ['build', 'note'],
    commands: pairs,
    about: "Where owners and modes come from: the build, or the rules of the maker's note",
  },
  output: {
    kind: 'path',
    commands: ['generate', 'audit', 'release', 'prepare'],
    shared: ['generate'],
    about: 'What the command writes; beside the builds it is the package',
  },
  package: { kind: 'path', commands: ['verify'], about: 'The package that is proved; else what generate writes' },
  allow: {
    kind: 'texts',
    commands: ['generate', 'check', 'release', 'prepare'],
    about: 'Errors of the builds that are accepted, by code',
  },
  effort: {
    kind: 'choice',
    words: ['fast', 'normal', 'best'],
    commands: packing,
    about: 'How much time to spend on small patches',
  },
  engine: {
    kind: 'choice',
    words: ['dfota', 'bsdiff-node', 'compare'],
    commands: packing,
    about: 'Who makes the patches: dfota, or the package bsdiff-node; compare measures both',
  },
  jobs: { kind: 'count', least: 1, most: 256, commands: making, about: 'Worker threads' },
  memory: { kind: 'size', commands: [...packing, 'verify', 'audit'], about: 'Memory that the whole run may take' },
  cache: { kind: 'path', commands: making, about: 'Folder of the patch cache, or the address of a shared one' },
  cacheReadOnly: { kind: 'flag', commands: making, about: 'Use that cache, and put nothing into it' },
  noCache: { kind: 'flag', commands: making, about: 'Neither use patches of earlier runs nor keep any' },
  verify: {
    kind: 'choice',
    words: ['full', 'quick', 'off'],
    commands: packing,
    about: 'Proof on the simulated device: with every power cut, with some, or none at all',
  },
  profile: {
    kind: 'choice',
    words: ['strict', 'android-4.1', 'android-4.4', 'android-5.1', 'android-7.1', 'le-c', 'le-7', 'linux-embedded'],
    commands: proving,
    about: 'Which device to simulate',
  },
  eraseBlock: { kind: 'size', commands: proving, about: "Erase block of the module's flash" },
  property: { kind: 'texts', commands: proving, about: 'What getprop gives on the simulated module, as NAME=VALUE' },
  allowProgram: { kind: 'texts', commands: proving, about: 'Programs that a script may run' },
  powerCuts: { kind: 'text', commands: ['verify'], about: 'Power cuts to simulate: all, a number of points, or none' },
  cacheSize: { kind: 'size', commands: proving, about: 'Size of /cache: generate fails when more is needed' },
  systemSize: { kind: 'size', commands: ['verify'], about: 'Size of /system' },
  systemFree: { kind: 'size', commands: packing, about: 'Fail when more than this is needed on /system' },
  usrdataFree: { kind: 'size', commands: proving, about: 'Free space in usrdata: generate fails when more is needed' },
  deviceMemory: { kind: 'size', commands: packing, about: 'Fail when the updater needs more memory than this' },
  bootUpdate: {
    kind: 'choice',
    words: ['resumable', 'in-place', 'whole'],
    commands: packing,
    about: 'How the kernel is written; only resumable and whole survive every power cut',
  },
  scriptDialect: {
    kind: 'choice',
    words: ['assert', 'abort'],
    commands: packing,
    about: 'How the script writes its checks',
  },
  permissions: {
    kind: 'choice',
    words: ['set_perm', 'set_metadata'],
    commands: packing,
    about: 'Functions that set owners and modes',
  },
  noMoves: { kind: 'flag', commands: packing, about: 'Do not patch moved files from their old path' },
  noCopies: { kind: 'flag', commands: packing, about: 'Send files that are also elsewhere in the build' },
  noCrossBases: { kind: 'flag', commands: packing, about: 'Do not patch files from similar ones elsewhere' },
  plan: { kind: 'path', commands: ['generate'], about: 'Write what was decided for every path, as JSON' },
  noRecord: { kind: 'flag', commands: ['generate'], about: 'Do not write update.zip.json beside the package' },
  provenance: { kind: 'path', commands: ['generate'], about: 'Write an in-toto statement with SLSA provenance' },
  withRollback: {
    kind: 'flag',
    commands: packing,
    about: 'Also make and prove the package that leads back',
  },
  sbom: { kind: 'path', commands: ['generate'], about: 'Write which packages of opkg and dpkg changed, as CycloneDX' },
  builderId: { kind: 'text', commands: packing, about: 'Who runs it, as a URI for the provenance' },
  deviceFiles: {
    kind: 'path',
    commands: ['check'],
    about: "Folder with a copy of a module's /system, or the hashes of its files",
  },
  format: {
    kind: 'choice',
    words: ['text', 'markdown', 'json', 'html', 'csv', 'junit', 'sarif'],
    commands: ['audit'],
    about: 'Form of the report',
  },
  exact: { kind: 'flag', commands: ['audit'], about: 'Make every patch, so that sizes are those of the package' },
  policy: {
    kind: 'path',
    commands: ['audit', 'release'],
    about: 'policy.yaml: budgets, paths, set-uid files, waivers',
  },
  only: { kind: 'texts', commands: ['audit'], about: 'Paths with these changes' },
  under: { kind: 'texts', commands: ['audit'], about: 'Paths below these folders, as in SYSTEM/etc' },
  scheme: {
    kind: 'choice',
    words: ['le', 'android', 'detached'],
    commands: ['release'],
    about: 'How to sign the package',
  },
  key: { kind: 'path', commands: ['release'], about: 'Private RSA key, PEM' },
  certificate: {
    kind: 'path',
    commands: ['verify', 'release'],
    shared: ['release'],
    about: 'Certificate of the key, PEM',
  },
  publicKey: {
    kind: 'path',
    commands: ['verify', 'release'],
    shared: ['release'],
    about: 'Public key, PEM: of the program that signs, or to check signatures with',
  },
  signature: { kind: 'path', commands: ['verify'], about: 'The detached signature' },
  signerCommand: { kind: 'text', secret: true, commands: ['release'], about: 'Program that signs' },
  signerTimeout: {
    kind: 'count',
    least: 1,
    most: 3600,
    commands: ['release'],
    about: 'Seconds that the program may take',
  },
  passphraseEnv: {
    kind: 'text',
    commands: ['release'],
    about: 'Variable of the environment with the passphrase of the key',
  },
  boot: { kind: 'path', commands: ['prepare'], about: 'The built kernel (sdxlemur-boot.img)' },
  abl: { kind: 'path', commands: ['prepare'], about: 'The built boot loader (abl.elf)' },
  multifota: { kind: 'path', commands: ['prepare'], about: 'Folder of images that go over MULTIFOTA/' },
  rootfs: {
    kind: 'path',
    commands: ['prepare'],
    about: 'The new root file system: a folder, or an UBI or UBIFS image',
  },
  modem: { kind: 'path', commands: ['prepare'], about: 'New modem files: a folder, or an image (NON-HLOS.ubi)' },
  recompress: {
    kind: 'choice',
    words: ['boot'],
    commands: ['prepare'],
    about: "Pack kernel and RAM disk of the target's boot image again, so that its updates become small",
  },
  versionFile: { kind: 'path', commands: ['prepare'], about: 'The new quectel-project-version' },
  owners: { kind: 'path', commands: ['prepare'], about: 'File with rows of filesystem_config.txt' },
} as const satisfies Readonly<Record<string, Setting>>;

/** The name of a setting: `cacheSize`, which is `--cache-size` and `DFOTA_CACHE_SIZE`. */
export type SettingName = keyof typeof settings;

/** The names in the order of the table. */
export const settingNames: readonly SettingName[] = Object.keys(settings).filter(isSettingName);

/** Whether a text is the name of a setting. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** The row of a setting. */
export function settingOf(name: SettingName): Setting {
  return settings[name];
}

/** Settings as plain data; what is left out is not said. */
export type Settings = {
  readonly [Name in SettingName]?: ValueOf<(typeof settings)[Name]> | undefined;
};

/** Settings that stand for the same thing: where a stronger place says one of them, the others of weaker places do not count. */
export const rivals: readonly (readonly SettingName[])[] = [
  ['source', 'from', 'fromArchive'],
  ['source', 'sourceVersion'],
  ['from', 'sourceVersion'],
  ['lists', 'starterLists'],
  ['cache', 'noCache'],
  ['key', 'signerCommand'],
];
