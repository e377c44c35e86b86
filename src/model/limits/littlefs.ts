/** How far LittleFS images go: each limit once, with where it comes from. */

/** Most bytes of a LittleFS image: the flash of such modules has 8 to 64 MiB, and an image is read as a whole. */
export const largestLittlefsImageBytes = 128 * 2 ** 20;

/** Fewest bytes of a block: a smaller one has no room for the pointers of a file's last block. */
export const smallestLittlefsBlockBytes = 128;

/** Most bytes of a block: the erase blocks of NAND flash. */
export const largestLittlefsBlockBytes = 256 * 2 ** 10;

/** Most bytes of a path: programs of such modules use some dozen; it keeps crafted chains of directories from growing by their depth times their length. */
export const longestLittlefsPathBytes = 1024;

/** Most bytes of a name: the device keeps its length in one byte. */
export const longestLittlefsNameBytes = 255;

/** Most files and directories of an image: those of modules have some hundred. */
export const mostLittlefsEntries = 100_000;

/** Most problems of an image that are told one by one; the others are counted. */
export const mostLittlefsProblemsShown = 200;
