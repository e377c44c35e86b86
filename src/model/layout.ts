/** The fixed names of a build, of its package and of its module: each stands here once. */
import { type BuildPath, type DevicePath, isWithin, toBuildPath, toDevicePath } from './path.js';

/** How the builds of a family of modules are laid out. Another family is another value. */
export interface ModuleFamily {
  readonly name: string;
  /** The folder of the root file system. */
  readonly system: BuildPath;
  /** The modem's files, inside the root file system. */
  readonly modem: BuildPath;
  /** Images of the minor partitions. */
  readonly minorImages: BuildPath;
  readonly bootableImages: BuildPath;
  readonly metadata: BuildPath;
  readonly otaPrograms: BuildPath;
  readonly recovery: BuildPath;
  readonly radio: BuildPath;
  /** The boot loader among the minor images. */
  readonly bootLoader: BuildPath;
  /** The kernel with its RAM disk, written to the boot partition. */
  readonly bootImage: BuildPath;
  readonly recoveryImage: BuildPath;
  /** Sizes of partitions and versions of interfaces. */
  readonly miscInfo: BuildPath;
  /** Owners and modes. */
  readonly filesystemConfig: BuildPath;
  /** The program that runs on the module, which becomes the package's update-binary. */
  readonly updater: BuildPath;
  /** The delta update agent, which some builds bring for the package. */
  readonly updateAgent: BuildPath;
  /** Updated last: it marks a finished update. */
  readonly buildProp: BuildPath;
  /** The module refuses a package that is not for the version in it. */
  readonly versionFile: BuildPath;
  /** Where the partition table of the recovery may be, the first that is there counts. */
  readonly fstabs: readonly [BuildPath, BuildPath];
  /** The script inside a package. */
  readonly packageScript: BuildPath;
  /** The updater inside a package. */
  readonly packageUpdater: BuildPath;
  /** The agent inside a package. */
  readonly packageAgent: BuildPath;
  /** Versions before and after, inside a package. */
  readonly packageMetadata: BuildPath;
  /** The source's version file inside a package: the module holds it against its own. */
  readonly packageVersion: BuildPath;
  /** The signature of all contents, which Linux-Embedded recoveries check. */
  readonly packageSignature: BuildPath;
  /** What dfota has signed of names, sizes and modes. */
  readonly packageManifest: BuildPath;
}

/** SDX6x: a root file system in UBIFS or on eMMC, one slot, updated by its recovery. */
export const sdx6x: ModuleFamily = {
  name: 'SDX6x',
  system: toBuildPath('SYSTEM'),
  modem: toBuildPath('SYSTEM/firmware'),
  minorImages: toBuildPath('MULTIFOTA'),
  bootableImages: toBuildPath('BOOTABLE_IMAGES'),
  metadata: toBuildPath('META'),
  otaPrograms: toBuildPath('OTA'),
  recovery: toBuildPath('RECOVERY'),
  radio: toBuildPath('RADIO'),
  bootLoader: toBuildPath('MULTIFOTA/abl.elf'),
  bootImage: toBuildPath('BOOTABLE_IMAGES/boot.img'),
  recoveryImage: toBuildPath('BOOTABLE_IMAGES/recovery.img'),
  miscInfo: toBuildPath('META/misc_info.txt'),
  filesystemConfig: toBuildPath('META/filesystem_config.txt'),
  updater: toBuildPath('OTA/bin/updater'),
  updateAgent: toBuildPath('OTA/bin/ipth_dua'),
  buildProp: toBuildPath('SYSTEM/build.prop'),
  versionFile: toBuildPath('SYSTEM/etc/quectel-project-version'),
  fstabs: [toBuildPath('RECOVERY/recovery.fstab'), toBuildPath('RECOVERY/RAMDISK/etc/recovery.fstab')],
  packageScript: toBuildPath('META-INF/com/google/android/updater-script'),
  packageUpdater: toBuildPath('META-INF/com/google/android/update-binary'),
  packageAgent: toBuildPath('META-INF/com/google/android/ipth_dua'),
  packageMetadata: toBuildPath('META-INF/com/android/metadata'),
  packageVersion: toBuildPath('quectel-project-version'),
  packageSignature: toBuildPath('update.sig'),
  packageManifest: toBuildPath('META-INF/com/dfota/manifest'),
};

/** Whether the path is the root file system or lies in it, the modem's files included. */
export function inSystem(path: string): boolean {
  return isWithin(path, sdx6x.system);
}

/** Whether the path is the modem's folder or lies in it. */
export function inModem(path: string): boolean {
  return isWithin(path, sdx6x.modem);
}

/** Whether the path lies among the images of the minor partitions. */
export function isMinorImage(path: string): boolean {
  return path.startsWith(`${sdx6x.minorImages}/`);
}

/** Whether the path lies below the root of the root file system. */
export function isBelowSystem(path: string): boolean {
  return path.startsWith(`${sdx6x.system}/`);
}

/** `SYSTEM/bin/app` → `/system/bin/app`, `SYSTEM` → `/system`; `undefined` for what is outside of SYSTEM. */
export function onDevice(path: BuildPath): DevicePath | undefined {
  return inSystem(path) ? toDevicePath(`/system${path.slice(sdx6x.system.length)}`) : undefined;
}

/** `SYSTEM/bin/app` → `system/bin/app`: how rows of owners name what lies in the root file system. */
export function nameOfOwnersRow(path: string): string {
  return `system${path.slice(sdx6x.system.length)}`;
}

/** Keys of the package's metadata that dfota itself writes and reads. */
export const packageKeys = { allowed: 'dfota-allowed', engine: 'dfota-engine', lists: 'dfota-lists' } as const;

/** File systems that nothing can write to, as fstab names them. */
export const readOnlyFileSystems: ReadonlySet<string> = new Set(['squashfs', 'erofs', 'cramfs', 'romfs']);
