/** How far squashfs images go: each limit once, with where it comes from. */

/** Most bytes of a block of data, as the format has it. */
export const largestSquashfsBlockBytes = 2 ** 20;

/** Fewest bytes of a block of data, as Linux has it. */
export const smallestSquashfsBlockBytes = 4096;

/** Most bytes of files in an image that is made: it is made in memory, and volumes of production data have some megabytes. */
export const largestSquashfsMadeBytes = 256 * 2 ** 20;

/** Most bytes of a file of a squashfs: no firmware has larger ones, and a damaged size must not fill the disk with zeros. */
export const largestSquashfsFileBytes = 2 * 2 ** 30;

/** Most files and directories: root file systems of modules have some ten thousand. */
export const mostSquashfsEntries = 500_000;

/** Most bytes of a path, as Linux has it. */
export const longestSquashfsPathBytes = 4096;

/** Most bytes of all paths together: ten thousand files have a megabyte. */
export const mostSquashfsPathBytes = 64 * 2 ** 20;

/** Most bytes of the extended attributes of one file, as Linux has it. */
export const largestSquashfsAttributesBytes = 64 * 2 ** 10;

/** Most bytes of all extended attributes together: labels and capabilities of a root file system have some ten kilobytes. */
export const mostSquashfsAttributesBytes = 32 * 2 ** 20;

/** Most problems that are told one by one; the others are counted. */
export const mostSquashfsProblemsShown = 100;
