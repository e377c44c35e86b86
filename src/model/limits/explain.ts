/** How far `explain` and messages go: each limit once, with where it comes from. */

/** Most codes that are suggested for a word: a choice, not a list. */
export const mostCodesSuggested = 5;

/** Most characters of a word that is compared with every code: no code is half as long. */
export const longestCodeCharacters = 80;

/** Most lines of a log that one message of the updater may take: a script's assertion has some dozens. */
export const mostMessageLines = 400;

/** Characters of a line of a log that are looked at: recoveries write lines of less than a kilobyte; an assertion may be longer. */
export const longestLogLineCharacters = 8192;

/** Most events that are kept of a log: more than any log of an update has; of a longer one, the last count. */
export const mostLogEvents = 20_000;

/** Most prefixes that are taken off a line of a log: they stand behind each other, but not many of them. */
export const mostLinePrefixes = 5;

/** Most lines of a recovery's record of its last installation: more than any has. */
export const mostInstallLines = 40;

/** Two runs that find the same left lock may both try; more rounds than this mean that the file cannot be taken away. */
export const mostLockRounds = 50;

/** Names that could not be written as they are, told one by one; the rest is counted. */
export const mostNamesTold = 10;

/** Rows of the text that compares two encoders: the costliest; JSON has all. */
export const mostComparedPatchesShown = 40;
