/** What is read of the package databases of a build: each limit once, with where it comes from. */

/** Most bytes of a package database or of a file of it: that of a whole Debian desktop has ten megabytes, and its longest list of files one. */
export const largestPackageDatabaseBytes = 64 * 2 ** 20;

/** Most packages that are installed in a build: a Debian desktop has some thousand, a module some hundred. */
export const mostInstalledPackages = 50_000;

/** Most lines of a package database's record: the longest known, of dpkg itself, has some hundred. */
export const mostPackageRecordLines = 100_000;

/** Most paths of all lists of files of a database together: ten for each entry that a build may have. */
export const mostListedPaths = 10_000_000;

/** Most packages that a finding names: the list of packages has all. */
export const mostPackagesTold = 10;
