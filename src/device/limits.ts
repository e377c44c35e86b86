/** The simulator's own limits, so that no package can hang or exhaust it; those of sizes are in src/model/limits.ts. All far above what a real package needs. */

/** Most bytes that all patches of a verification may make, each pair of patch and source counted once. */
export const mostPatched = 16 * 2 ** 30;

/** Most bytes of an updater-script. */
export const largestScript = 64 * 2 ** 20;

/** Most visits of files and directories in one run: a real package needs a few hundred thousand. */
export const mostVisits = 10_000_000;
