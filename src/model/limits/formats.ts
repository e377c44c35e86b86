/** What readers of formats take: each limit once, with where it comes from. */

/** Most bytes that a patch may make where the caller says nothing: twice as many as the largest file. */
export const largestPatchResultBytes = 2 ** 30;

/** Instructions that make no byte are legal and useless; a stream of nothing else must not keep us for ever. */
export const mostEmptyTriples = 4096;

/** Most chunks of an image patch: more make no sense for any file that fits a device, and would only cost memory. */
export const mostPatchChunks = 100_000;

/** All expanded bytes of all chunks, as a multiple of what one may have: chunks may share a source range and a patch. */
export const mostTimesExpanded = 4;

/** Most bytes of an unpacked kernel: arm64 kernels of distributions reach 60 MB. */
export const largestKernelBytes = 128 * 2 ** 20;

/** Most bytes of the configuration inside a kernel: those of distributions have 300 kB. */
export const largestKernelConfigBytes = 8 * 2 ** 20;

/** Most bytes of a block of lzop: the tool itself refuses larger ones. */
export const largestLzopBlockBytes = 64 * 2 ** 20;

/** Most compressed streams that follow each other in one file, as parallel compressors write them: a block of 128 KiB each makes more than a gigabyte. */
export const mostJoinedStreams = 10_000;

/** Most bytes of a zstd window: `zstd --ultra -22` and the kernel's makefile ask for as many. */
export const largestZstdWindowBytes = 128 * 2 ** 20;

/** Most members of a cpio or tar archive: a whole root file system has some ten thousand. */
export const mostMembers = 100_000;

/** Most digits of the length of a tar record, and the blank behind them: a 64-bit number has no more. */
export const longestTarRecordLength = 20;

/** Most members that are read of a zip inside a build: without zip64 there are no more. */
export const mostZipMembers = 65_535;

/** Most bytes of an unpacked member of a zip inside a build: such zips are application packages of a few megabytes. */
export const largestZipMemberBytes = 64 * 2 ** 20;

/** Most entries of an ELF file's dynamic section: linkers write some dozens. */
export const mostDynamicEntries = 4096;

/** Most bytes of a name in an ELF file's dynamic section: it names files, and Linux has as many for a path. */
export const longestElfNameBytes = 4096;

/** Most segments of an ELF file: far above what linkers write, low enough to stay quick on nonsense. */
export const mostElfSegments = 1024;

/** Most sections of an ELF file: from 0xff00 on their numbers are reserved. */
export const mostElfSections = 65_280;

/** Most symbols of an ELF file: the largest libraries have some 100,000. */
export const mostElfSymbols = 1_000_000;

/** Most versions of symbols: their numbers have 16 bits. */
export const mostElfVersions = 65_536;

/** Most entries of a kernel module's description: drivers for many devices have some thousand aliases. */
export const mostModinfoEntries = 20_000;

/** Most certificates of a modem image's chain: real ones have three. */
export const mostChainCertificates = 8;

/** Most versions that are looked at in a modem image: real ones tell one or two. */
export const mostVersionTexts = 8;

/** Most bytes of an erase block: those of flash chips have 64 KiB to 4 MiB. */
export const largestEraseBlockBytes = 16 * 2 ** 20;

/** Fewest bytes of an erase block: the smallest of NOR flash. */
export const smallestEraseBlockBytes = 4096;

/** Most bytes of a file of UBIFS: no firmware has larger ones, and a damaged size must not fill the disk with zeros. */
export const largestUbifsFileBytes = 2 * 2 ** 30;

/** Most bytes of a path of UBIFS, as Linux has it: it also keeps crafted chains of directories from growing by their depth times their length. */
export const longestUbifsPathBytes = 4096;

/** How deep the brackets of a YAML or JSON file of settings may be nested: the deepest form that is read here needs eight levels. */
export const deepestYamlLevel = 24;

/** Most characters of blanks and dashes that a line of YAML may begin with: twelve levels of eight blanks, as nobody writes them. */
export const widestYamlIndentCharacters = 120;
