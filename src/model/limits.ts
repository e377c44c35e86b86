/**
 * Every limit that is not a format's own is said once, with where it comes from and its unit in its name: those of sizes and of texts here,
 * the others beside it in `limits/`. Those of a build are far above what a module of the family holds: its flash has 512 MiB for root file
 * system, modem and kernel.
 */

/**
 * Most bytes of one file: in a build, in a package, as the result of a patch, on the simulated module. A build with a
 * larger one is refused when it is read.
 */
export const largestFileBytes = 2 ** 29;

/** The limit of {@link largestFileBytes} in words, for messages. */
export const largestFileInWords = `at most ${largestFileBytes} bytes (512 MiB), as much as the whole flash of a module holds`;

/** Most bytes of all files of a build together, so that a package which sends all of it stays below {@link largestPackageBytes}. */
export const largestBuildBytes = 3 * 2 ** 30;

/** Most bytes of all entries of a package together, unpacked. */
export const largestPackageBytes = 4 * 2 ** 30;

/** Most bytes of a file that describes a build (META, fstab): those of real builds have some hundred kilobytes. */
export const largestMetadataBytes = 64 * 2 ** 20;

/** Most bytes of a table of owners, which has a line for each file as the metadata has. */
export const largestOwnersTableBytes = largestMetadataBytes;

/** Most bytes of a list of a module's files: sha1sum writes about 100 bytes for each of some thousand. */
export const largestDeviceListBytes = 64 * 2 ** 20;

/** Most bytes of a list file: people write them, and the longest known has some hundred lines. */
export const largestListBytes = 4 * 2 ** 20;

/** Most bytes of a recovery log: those of real modules have some hundred kilobytes. */
export const largestLogBytes = 64 * 2 ** 20;

/** Most bytes of an archive's record of one build: some hundred bytes for each of at most a million entries. */
export const largestManifestBytes = 512 * 2 ** 20;

/** Most bytes of a kernel module whose kernel version is looked up: those of real builds stay below ten megabytes. */
export const largestKernelModuleBytes = 64 * 2 ** 20;

/** Most bytes of the text of a link that Linux follows. */
export const longestLinkBytes = 4095;

/** Most links that lead to each other on the way to a file; Linux follows as many. */
export const mostLinksFollowed = 40;

/** Most bytes of a configuration file: people write them, and a product takes some hundred. */
export const largestConfigurationBytes = 2 ** 18;

/** Most bytes of a policy file: people write them. */
export const largestPolicyBytes = 2 ** 20;

/** Most bytes of the name of a package's entry: as long as the longest path of Linux, with its closing zero. */
export const longestPackageNameBytes = 4096;

/** Most bytes of an image that a delta is made for or applied to: the format's numbers have 31 bits. */
export const largestDeltaImageBytes = 2 ** 31 - 1;

/** What the decoder of an image delta keeps in memory besides its model: the state of a segment, buffers, a digest. */
export const decoderReserveBytes = 1280;
