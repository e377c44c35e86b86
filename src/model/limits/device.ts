/** How far the simulated device goes: each limit once, with where it comes from. */

/** Most bytes that all patches of a verification may make, each pair of patch and source counted once: five times all that a build may hold. */
export const mostPatchedBytes = 16 * 2 ** 30;

/** Most bytes of an updater-script: those of real packages have some hundred kilobytes. */
export const largestScriptBytes = 64 * 2 ** 20;

/** Most visits of files and directories in one run: a real package needs a few hundred thousand. */
export const mostVisits = 10_000_000;

/** Most lines that a trace keeps: some for each statement of the longest script. */
export const mostTraceLines = 500_000;
