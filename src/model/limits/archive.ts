/** What archives that are read by HTTP may hold and take: each limit once, with where it comes from. */

/** Most bytes of the index of an archive: 300 for each of many thousand builds. */
export const largestIndexBytes = 16 * 2 ** 20;

/** Milliseconds without a byte after which a server is taken to be gone. */
export const longestArchiveSilenceMs = 20_000;

/** Milliseconds for one file: the largest image over a slow line. */
export const longestArchiveRequestMs = 15 * 60_000;

/** A request that failed by chance is tried as often. */
export const mostArchiveTries = 3;

/** Bytes of what was fetched that are kept on this machine, unless said otherwise: some tens of builds. */
export const largestArchiveCopyBytes = 8 * 2 ** 30;
