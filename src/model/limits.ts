/**
 * Limits that several parts of the program share, each said once: what one of them accepts, none of the others refuses.
 * All are far above what a module of the family holds: its flash has 512 MiB, the root file system, modem and kernel together.
 */

/**
 * Most bytes of one file: in a build, in a package, as the result of a patch, on the simulated module. A build with a
 * larger one is refused when it is read.
 */
export const largestFile = 2 ** 29;

/** The limit of {@link largestFile} in words, for messages. */
export const largestFileInWords = `at most ${largestFile} bytes (512 MiB), as much as the whole flash of a module holds`;

/** Most bytes of all files of a build together, so that a package which sends all of it stays below {@link largestPackage}. */
export const largestBuild = 3 * 2 ** 30;

/** Most bytes of all entries of a package together, unpacked. */
export const largestPackage = 4 * 2 ** 30;
