/** Our own limits, so that no package can hang or exhaust the simulator. All far above what a real package needs. */

/** Most bytes of one content: a file, a patch's result, an entry of the package. No partition of the family is larger. */
export const largestContent = 2 ** 29;

/** Most bytes that all patches of a verification may make, each pair of patch and source counted once. */
export const mostPatched = 16 * 2 ** 30;

/** Most bytes of all entries of a package together. */
export const largestPackage = 4 * 2 ** 30;

/** Most bytes of an updater-script. */
export const largestScript = 64 * 2 ** 20;

/** Most visits of files and directories in one run: a real package needs a few hundred thousand. */
export const mostVisits = 10_000_000;
