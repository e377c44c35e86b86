/** The fixed names of a build, of its package and of its module: each stands here once. */
import { type ArchivePath, type DevicePath, isWithin, toArchivePath, toDevicePath } from './path.js';

/** How the builds of a family of modules are laid out. Another family is another value. */
export interface ModuleFamily {
  readonly name: string;
  /** The folder of the root file system. */
  readonly system: ArchivePath;
  /** The modem's files, inside the root file system. */
  readonly modem: ArchivePath;
  /** Images of the minor partitions. */
  readonly minorImages: ArchivePath;
  readonly bootableImages: ArchivePath;
  readonly metadata: ArchivePath;
  readonly otaPrograms: ArchivePath;
  readonly recovery: ArchivePath;
  readonly radio: ArchivePath;
  /** The boot loader among the minor images. */
  readonly bootLoader: ArchivePath;
  /** The kernel with its RAM disk, written to the boot partition. */
  readonly bootImage: ArchivePath;
  readonly recoveryImage: ArchivePath;
  /** Sizes of partitions and versions of interfaces. */
  readonly miscInfo: ArchivePath;
  /** Owners and modes. */
  readonly filesystemConfig: ArchivePath;
  /** The program that runs on the module, which becomes the package's update-binary. */
  readonly updater: ArchivePath;
  /** The delta update agent, which some builds bring for the package. */
  readonly updateAgent: ArchivePath;
  /** Updated last: it marks a finished update. */
  readonly buildProp: ArchivePath;
  /** The module refuses a package that is not for the version in it. */
  readonly versionFile: ArchivePath;
  /** Where the partition table of the recovery may be, the first that is there counts. */
  readonly fstabs: readonly [ArchivePath, ArchivePath];
  /** The script inside a package. */
  readonly packageScript: ArchivePath;
  /** The updater inside a package. */
  readonly packageUpdater: ArchivePath;
  /** The agent inside a package. */
  readonly packageAgent: ArchivePath;
  /** Versions before and after, inside a package. */
  readonly packageMetadata: ArchivePath;
  /** The source's version file inside a package: the module holds it against its own. */
  readonly packageVersion: ArchivePath;
  /** The signature of all contents, which Linux-Embedded recoveries check. */
  readonly packageSignature: ArchivePath;
  /** What dfota has signed of names, sizes and modes. */
  readonly packageManifest: ArchivePath;
}

/** SDX6x: a root file system in UBIFS or on eMMC, one slot, updated by its recovery. */
export const sdx6x: ModuleFamily = {
  name: 'SDX6x',
  system: toArchivePath('SYSTEM'),
  modem: toArchivePath('SYSTEM/firmware'),
  minorImages: toArchivePath('MULTIFOTA'),
  bootableImages: toArchivePath('BOOTABLE_IMAGES'),
  metadata: toArchivePath('META'),
  otaPrograms: toArchivePath('OTA'),
  recovery: toArchivePath('RECOVERY'),
  radio: toArchivePath('RADIO'),
  bootLoader: toArchivePath('MULTIFOTA/abl.elf'),
  bootImage: toArchivePath('BOOTABLE_IMAGES/boot.img'),
  recoveryImage: toArchivePath('BOOTABLE_IMAGES/recovery.img'),
  miscInfo: toArchivePath('META/misc_info.txt'),
  filesystemConfig: toArchivePath('META/filesystem_config.txt'),
  updater: toArchivePath('OTA/bin/updater'),
  updateAgent: toArchivePath('OTA/bin/ipth_dua'),
  buildProp: toArchivePath('SYSTEM/build.prop'),
  versionFile: toArchivePath('SYSTEM/etc/quectel-project-version'),
  fstabs: [toArchivePath('RECOVERY/recovery.fstab'), toArchivePath('RECOVERY/RAMDISK/etc/recovery.fstab')],
  packageScript: toArchivePath('META-INF/com/google/android/updater-script'),
  packageUpdater: toArchivePath('META-INF/com/google/android/update-binary'),
  packageAgent: toArchivePath('META-INF/com/google/android/ipth_dua'),
  packageMetadata: toArchivePath('META-INF/com/android/metadata'),
  packageVersion: toArchivePath('quectel-project-version'),
  packageSignature: toArchivePath('update.sig'),
  packageManifest: toArchivePath('META-INF/com/dfota/manifest'),
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
export function onDevice(path: ArchivePath): DevicePath | undefined {
  return inSystem(path) ? toDevicePath(`/system${path.slice(sdx6x.system.length)}`) : undefined;
}

/** `SYSTEM/bin/app` → `system/bin/app`: how rows of owners name what lies in the root file system. */
export function nameOfOwnersRow(path: string): string {
  return `system${path.slice(sdx6x.system.length)}`;
}

/** Keys of the package's metadata that dfota itself writes and reads. */
export const packageKeys = { allowed: 'dfota-allowed', lists: 'dfota-lists' } as const;
