/** How far signing and the check of signatures go: each limit once, with where it comes from. */

/** Most bytes of a key, a certificate, a signature or a statement about one: those in use have some kilobytes. */
export const largestCredentialBytes = 2 ** 20;

/** Most bytes of the record of a package: some hundred for each finding and each difference of a proof. */
export const largestRecordBytes = 64 * 2 ** 20;

/** Most differences between the entries of two packages that are told: a person reads no more. */
export const mostEntryDifferencesShown = 20;

/** Most bytes of the entry update.sig: a signature has some hundred. */
export const largestSignatureBytes = 64 * 1024;

/** Most bytes that a program that signs may print: a signature has some hundred. */
export const largestSignerOutputBytes = 16 * 1024;

/** Most letters that are told of what a program that signs complains about. */
export const mostComplaintLetters = 500;

/** How long a program that signs may take unless it is given more: an HSM answers within seconds, a person with a token within a minute. */
export const signerSeconds = 60;

/** Most bytes of the central directory of a package that is signed: 65,535 entries with names of a thousand bytes. */
export const largestDirectoryBytes = 64 * 2 ** 20;

/** Most bytes of the manifest of a signed package: a line for each entry, longer than its record of the directory by a SHA-256. */
export const largestSignedManifestBytes = 2 * largestDirectoryBytes;
