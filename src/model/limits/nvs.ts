/** How far NVS partitions go: each limit once, with where it comes from. */

/** Most bytes of an NVS partition: the flash of such modules has 16 MiB at most. */
export const largestNvsImageBytes = 16 * 2 ** 20;

/** Most bytes of a table that a partition is made from: more than fits the largest partition as text. */
export const largestNvsTableBytes = 32 * 2 ** 20;

/** Most bytes of a file that a table names: a blob of {@link largestNvsBlobBytes} in hexadecimal digits, with line ends. */
export const largestNvsValueFileBytes = 2 * 2 ** 20;

/** Most bytes of a blob: the device numbers 127 chunks of at most 4000 bytes. */
export const largestNvsBlobBytes = 127 * 4000;

/** Most namespaces of a partition: their numbers are 1 to 254. */
export const mostNvsNamespaces = 254;

/** Most faults of a table that are told at once: a person mends no more in one go. */
export const mostNvsFaultsShown = 20;

/** Most problems of a partition that are told one by one; the others are counted. */
export const mostNvsProblemsShown = 1000;

/** Most bytes of a file of keys: a partition of keys has a page of 4096, and may be larger in a partition table. */
export const largestNvsKeyFileBytes = 2 ** 20;
