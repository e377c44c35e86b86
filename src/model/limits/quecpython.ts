/** How far files of QuecPython go: each limit once, with where it comes from. */

/** Most characters of a list (`checksum.json`, `download.stat`): the device reads no more, and then takes the list as damaged. */
export const longestQuecpythonList = 16384;

/** Most bytes of a tree of user files: more than any module has for them. */
export const largestQuecpythonTreeBytes = 64 * 2 ** 20;

/** Most files of such a tree. */
export const mostQuecpythonFiles = 10_000;

/** Most starts of the simulated device in which an update may come to its end: one is enough, another clears what a power cut left. */
export const mostQuecpythonStarts = 8;
