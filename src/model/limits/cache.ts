/** What patch caches may hold and take: each limit once, with where it comes from. */

/** Most bytes of the patch cache where the user says nothing: far more than the patches of many pairs of builds, and no burden for a disk. */
export const largestCacheBytes = 2 * 2 ** 30;

/** Most bytes of one entry: a file of a build whole, its patch, and what was tried. */
export const largestCacheEntryBytes = 2 ** 30;

/** Most bytes of a shared cache's record of an action: ours have about 150; those of build tools some thousand. */
export const largestActionResultBytes = 2 ** 20;

/** Milliseconds in which a shared cache must send or take something: a server on any working network is faster. */
export const longestCacheSilenceMs = 10_000;

/** Milliseconds for one request to a shared cache: making a patch anew takes less than waiting longer. */
export const longestCacheRequestMs = 60_000;

/** Milliseconds for one package to or from a shared cache: there is no other way to it. */
export const longestContentRequestMs = 15 * 60_000;

/** A request that failed by chance is tried as often. */
export const mostCacheTries = 2;

/** So many failures behind each other, and a shared cache is not asked again in this run. */
export const mostCacheFailures = 3;

/** Most entries of a cache that are shown one by one. */
export const mostCacheEntriesShown = 20;
