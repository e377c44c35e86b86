/** What a module's AT port takes, and how far the simulated one goes: each limit once, with where it comes from. */

/** Most characters of a command line: far more than any command of an update has. */
export const longestCommandCharacters = 1024;

/** Most characters of a file's name in AT+QFUPL, as the maker's manuals say. */
export const longestStoredNameCharacters = 80;

/** Most bytes of the path or address in AT+QFOTADL, as the maker's note says. */
export const longestUpdateAddressBytes = 255;

/** Times that a module enters its recovery for one package; it gives up then. */
export const mostRecoveryEntries = 5;

/** Most bytes of the file in which a simulated module keeps its state: some hundred for each file of a build. */
export const largestModuleStateBytes = 256 * 2 ** 20;

/** Most bytes of a certificate or a key in PEM. */
export const largestPemBytes = 2 ** 20;

/** Most milliseconds between a port that goes away and the next try to open it: what a module says first is to be heard. */
export const longestPortPauseMilliseconds = 500;

/** Most bytes of a line for a module's shell: even old ADB daemons take 4 KiB. */
export const longestShellLineBytes = 3000;

/** Most bytes of what such a line writes; a line of digests writes some hundred for each file. */
export const largestShellOutputBytes = 4 * 2 ** 20;

/** Most lines of before that are read away ahead of a command: a port that never stops talking is asked all the same. */
export const mostStaleLines = 200;
