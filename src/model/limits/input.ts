/** What is read of builds and lists: each limit once, with where it comes from. */

/** Most bytes of a line of a list file: the longest path of Linux has 4,095, and a line has room for that and its columns. */
export const longestListLineBytes = 8 * 1024;

/** Most wildcards of one pattern: more could make matching take for ever, and no list needs them. */
export const mostStarsOfPattern = 12;

/** Most faults of the list files that are told: more than two screens help nobody. */
export const mostListFaultsShown = 50;

/** Most faults of a list of a module's files that are told: when so many lines are wrong, it is another kind of file. */
export const mostDeviceListFaultsShown = 20;

/** Most bytes of a line of owners: a path of 4,095 bytes, each escaped, and its columns. */
export const longestOwnersLineBytes = 16 * 1024;

/** Most bytes of an entry's name: Linux has as many for a path; each directory of a name is a node, so a name of thousands would be thousands of them. */
export const longestEntryNameBytes = 4095;

/** Most entries of a build's zip: a build has thousands, and a module could not hold so many. */
export const mostBuildEntries = 1_000_000;

/** Most bytes that are read ahead of what was asked for: more does not make reading a zip's directory quicker. */
export const mostReadAheadBytes = 64 * 1024;

/** For so many lines a near path is looked for among all paths: a list of another build has thousands that match nothing. */
export const mostNearPathSearches = 40;

/** Most folders that a line is taken to have left out before a path: nobody leaves out more by mistake. */
export const mostFoldersLeftOut = 16;

/** Most files of one group that are compared as bases for a patch: builds have thousands of files that are named `copyright` or hold the same bytes, and to compare all with all would take minutes. */
export const mostBasesCompared = 128;

/** Most names of a folder that are looked at before it is read as a build: enough to tell what it is, and quick on a home folder. */
export const mostNamesLookedAt = 20_000;

/** Most bytes of a program or an image that is looked into: no program of a module has as many, and what is larger is not worth the time. */
export const largestLookedIntoBytes = 64 * 1024 * 1024;

/** Most folders beside a zip that are looked at for the one that it was made from. */
export const mostFoldersBeside = 20;

/** Most files of a folder beside a zip that are held against it: a module has some thousands. */
export const mostFilesBeside = 200_000;

/** Most bytes of a package's metadata that are read for what the package says of itself: dfota writes some hundred. */
export const largestPackageMetadataBytes = 64 * 1024;

/** Most rows of filesystem_config.txt for which a near path is looked for among all paths. */
export const mostRowSuggestions = 10;

/** Most files that a pattern of builds may match: an archive of many years has some hundred releases. */
export const mostPatternMatches = 1000;

/** Most folders below each other that a pattern with ** looks into: releases lie some levels deep. */
export const deepestPatternFolders = 16;

/** Threads that read a zip at once: more would wait for the disk and the main thread. */
export const mostReadingThreads = 4;

/** Bytes of a zip's entry, in and out, that a thread digests: longer ones are read as streams, so that none is held whole. */
export const largestDigestedBytes = 4 * 2 ** 20;

/** Bytes of a zip's entry, in and out, that a thread sketches: it holds one at a time, whole. */
export const largestSketchedBytes = 32 * 2 ** 20;
