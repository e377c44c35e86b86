/** How far the simulated device goes: each limit once, with where it comes from. */

/** Most bytes that all patches of a verification may make, each pair of patch and source counted once: five times all that a build may hold. */
export const mostPatchedBytes = 16 * 2 ** 30;

/** Most bytes of an updater-script: those of real packages have some hundred kilobytes. */
export const largestScriptBytes = 64 * 2 ** 20;

/** Most visits of files and directories in one run: a real package needs a few hundred thousand. */
export const mostVisits = 10_000_000;

/** Moments of the uncut run that are kept for the runs with power cuts: every so manieth of a longer script. */
export const mostMoments = 20_000;

/** Readings of statements that are noted at most in a sweep of power cuts; a statement beyond them runs in each start. */
export const mostNotedReads = 500_000;

/** Most lines that a trace keeps: some for each statement of the longest script. */
export const mostTraceLines = 500_000;

/** Points inside of partition writes that a sample of power cuts has at most: far more than a package writes. */
export const mostPointsInWrites = 200;

/** Second cuts that are tried at most after one inside of a partition write; those next to the write. */
export const mostSecondCuts = 200;

/** Things that a script does outside of what the target describes and that are told apart: one is enough to prove nothing. */
export const mostReached = 100;

/** Of these, those that a report tells. */
export const mostOutsideTold = 10;

/** Values that are tried for a property that nobody has told, at most: far more than the script of a module compares with. */
export const mostPropertyValues = 24;

/** Runs with other values of properties that nobody has told, at most: all combinations of five with three values each. */
export const mostPropertyRuns = 256;
