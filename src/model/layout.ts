/** The fixed names of a build, of its package and of its module: each stands here once. */
import { type ArchivePath, toArchivePath } from './path.js';

/** How the builds of a family of modules are laid out. Another family is another value. */
export interface ModuleFamily {
  readonly name: string;
  /** The kernel with its RAM disk, written to the boot partition. */
  readonly bootImage: ArchivePath;
  readonly recoveryImage: ArchivePath;
  /** Sizes of partitions and versions of interfaces. */
  readonly miscInfo: ArchivePath;
  /** Owners and modes. */
  readonly filesystemConfig: ArchivePath;
  /** The program that runs on the module, which becomes the package's update-binary. */
  readonly updater: ArchivePath;
  /** Updated last: it marks a finished update. */
  readonly buildProp: ArchivePath;
  /** The module refuses a package that is not for the version in it. */
  readonly versionFile: ArchivePath;
  /** Where the partition table of the recovery may be, the first that is there counts. */
  readonly fstabs: readonly [ArchivePath, ArchivePath];
  /** The script inside a package. */
  readonly packageScript: ArchivePath;
}

/** SDX6x: a root file system in UBIFS or on eMMC, one slot, updated by its recovery. */
export const sdx6x: ModuleFamily = {
  name: 'SDX6x',
  bootImage: toArchivePath('BOOTABLE_IMAGES/boot.img'),
  recoveryImage: toArchivePath('BOOTABLE_IMAGES/recovery.img'),
  miscInfo: toArchivePath('META/misc_info.txt'),
  filesystemConfig: toArchivePath('META/filesystem_config.txt'),
  updater: toArchivePath('OTA/bin/updater'),
  buildProp: toArchivePath('SYSTEM/build.prop'),
  versionFile: toArchivePath('SYSTEM/etc/quectel-project-version'),
  fstabs: [toArchivePath('RECOVERY/recovery.fstab'), toArchivePath('RECOVERY/RAMDISK/etc/recovery.fstab')],
  packageScript: toArchivePath('META-INF/com/google/android/updater-script'),
};
