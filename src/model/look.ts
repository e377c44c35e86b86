/** What the bytes of a few files say beside their digests: read once, by those who may read, for checks that may not. */
import type { FileKind } from './file-kind.js';
import type { BuildPath } from './path.js';

/** A look into a file. */
export interface Look {
  readonly kind: FileKind;
  readonly size: number;
  /** Why it is not whole, or not what its kind demands. */
  readonly fault?: string | undefined;
  /** Of an ELF file: `ARM`. */
  readonly machine?: string | undefined;
  /** What starts a program: the dynamic linker of an ELF file, the first word of a script's first line. One unit a byte. */
  readonly interpreter?: string | undefined;
  /** An ELF file that another one is linked with or from, not one to be started. */
  readonly relocatable?: boolean | undefined;
}

/** The looks into a build. What it has not, or what nobody asked for, is left out. */
export interface Looks {
  readonly boot?: Look | undefined;
  readonly updater?: Look | undefined;
  /** Files in the folders that programs are started from. */
  readonly programs: ReadonlyMap<BuildPath, Look>;
  /** Images of minor partitions, and of the modem. */
  readonly images: ReadonlyMap<BuildPath, Look>;
}

const programFolder = /^SYSTEM\/(?:[^/]+\/){0,3}(?:s?bin|libexec|init\.d)\//;
const beside = /^SYSTEM\/(?:firmware|lib\/firmware|usr\/share|usr\/src)\//;

/** Whether a path lies where programs are started from. */
export function isProgramPath(path: string): boolean {
  return (programFolder.test(path) && !beside.test(path)) || path === 'SYSTEM/init' || path === 'SYSTEM/linuxrc';
}
