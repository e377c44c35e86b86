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

/** Rows of each kind that the text shows; JSON has all. */
export const mostFleetRowsShown = 200;
