/** How far the audit and its reports go: each limit once, with where it comes from. */

/** Most bytes of an unpacked RAM disk: far more than fits a boot partition, which holds it packed and beside the kernel. */
export const largestRamDiskBytes = 128 * 2 ** 20;

/** Most bytes of a file that is looked into; larger ones are compared by digest alone. UBI images of a root file system stay below. */
export const largestComparedBytes = 256 * 2 ** 20;

/** Most bytes that a gzip file may unpack to: manuals and logs have some megabytes. */
export const largestGzipContentBytes = 64 * 2 ** 20;

/** Names listed of a set that changed; the rest is counted. Nobody reads more. */
export const mostSetNamesShown = 200;

/** Most bytes of all files of a flash image that are compared by content: holes cost an image nothing. The rest is compared by size. */
export const largestFlashContentBytes = 2 ** 30;

/** Most entries of a flash image: a whole root file system has some ten thousand. */
export const mostFlashEntries = 100_000;

/** Most faults of a flash image that are told one by one: a damaged image has thousands. */
export const mostFlashNotes = 20;

/** Most changed members of an archive that are shown: nobody reads more. */
export const mostMembersShown = 300;

/** Most bytes of a member that is looked into; larger ones are compared by size and digest. */
export const largestMemberBytes = 32 * 2 ** 20;

/** Most edits that are looked for between two texts: beyond, the texts are different, and each edit costs more than the last. */
export const mostEdits = 1500;

/** Lines times edits: the longer the texts, the fewer edits are looked for, so that no pair takes more than a second or two. */
export const mostEditWork = 200_000_000;

/** Most changed keys of a file that are shown: nobody reads more. */
export const mostFieldsShown = 200;

/** Most bytes of a file that is compared line by line; nothing in a root file system that people write comes near. */
export const largestTextBytes = 8 * 2 ** 20;

/** Most lines of a file that is compared line by line: 40 bytes each fill the bytes above. */
export const mostTextLines = 200_000;

/** Characters of a line that are shown: some lines of a wide screen. */
export const longestLineShownCharacters = 400;

/** Characters of a line that secrets are looked for in, and that may be shown: more than are shown of any line. */
export const longestLineMaskedCharacters = 1000;

/** Lines of one diff that are kept: nobody reads more. */
export const mostDiffLinesShown = 200;

/** Lines of a text that is on one side only: it is shown by its beginning. */
export const mostOneSidedLinesShown = 40;

/** Most certificates of one file: the bundles of browsers have 150. */
export const mostCertificates = 2000;

/** Most bytes of a file that certificates are looked for in: the bundles of browsers have 250 kB. */
export const largestCertificateFileBytes = 4 * 2 ** 20;

/** Most bytes of a text that secrets and settings are looked for in: people write no larger ones. */
export const largestSearchedTextBytes = 4 * 2 ** 20;

/** Of the largest changes so many are named: a screen. */
export const mostLargestFiles = 20;

/** Of the largest changes so many stand in the summary, which is a comment on a change and must be short. */
export const mostLargestShown = 10;

/** Characters of one cell: a hostile name must not make the comment too long to post. */
export const longestCellCharacters = 160;

/** Most rows of one table of the audit page: a browser shows as many at once without a wait. */
export const mostPageRows = 1000;

/** Most lines of a list on the audit page: what is longer nobody reads; the JSON form has all. */
export const mostPageLines = 200;
