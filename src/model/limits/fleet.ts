/** How large a fleet may be: each limit once, with where it comes from. */

/** Most bytes of fleet.yaml: people write it. */
export const largestFleetBytes = 2 ** 20;

/** Most bytes of a table of versions in the field: a line for each of some thousand versions. */
export const largestFieldBytes = 16 * 2 ** 20;

/** Most pairs of a fleet: far more than anybody can test. */
export const mostFleetJobs = 20_000;

/** Most entries of a matrix of GitHub Actions; more packages share entries. */
export const mostMatrixEntries = 256;

/** Characters of a pattern of versions: longer than any version. */
export const longestVersionPattern = 300;

/** Milliseconds in which the server of a queue must answer the first question. */
export const longestQueueSilenceMs = 5000;

/** Milliseconds without a queue after which a run gives up: a server that is started again is back long before. */
export const longestQueueOutageMs = 120_000;

/** Milliseconds for which a worker may be silent before its job is given to another: planning a large build keeps a process busy for some seconds. */
export const longestWorkerSilenceMs = 60_000;

/** Times that a job is tried where it failed by chance. */
export const mostJobTries = 3;

/** Workers of other versions that may put a job back before it is given up. */
export const mostJobRefusals = 10;

/** Times that a job which the queue has lost is put there again. */
export const mostJobReturns = 3;

/** Rows of each kind that the text shows; JSON has all. */
export const mostFleetRowsShown = 200;

/** Pairs that the run of a queue plans at once: one waits for disk or server, another one computes; each holds the names of two builds. */
export const mostPairsPlannedAtOnce = 4;

/** Bytes that making and proving one package takes, about: measured on a real pair, and rounded up. So many are made at once as fit. */
export const packageMemoryBytes = 640 * 2 ** 20;

/** Bytes of targets that a job of patches has, about: less than a minute's work. A larger file is a job of its own. */
export const patchJobBytes = 4 * 2 ** 20;

/** Most patches of one job: its message stays small. */
export const mostPatchesOfJob = 64;

/** Milliseconds for which a package is put back whose patches others are making. */
export const patchPauseMs = 500;
