/** Error and cause codes of Android recoveries from 7.0 on: `E3001:` before a message, `error:` and `cause:` in last_install. */
import type { LogEventKind } from '../model/explanation.js';

/** What a code says, and of which kind that is. */
export interface ErrorCode {
  readonly kind: LogEventKind;
  readonly says: string;
}

const unlike = 'the package is for another build than runs on the device';

const errors: Readonly<Record<string, ErrorCode>> = {
  '20': { kind: 'status', says: 'the battery is too low for an update' },
  '21': {
    kind: 'signature',
    says: 'the package does not verify: it is damaged, or not signed as this recovery wants it',
  },
  '22': { kind: 'package-unreadable', says: 'the package cannot be opened as a zip' },
  '23': { kind: 'status', says: 'the device started for a reason after which no update is installed' },
  '1000': { kind: 'content-mismatch', says: 'the system partition has other contents than the package starts from' },
  '1001': { kind: 'write-failed', says: 'the system partition could not be updated' },
  '1002': { kind: 'content-mismatch', says: 'the system partition has other contents than the package makes' },
  '1003': { kind: 'content-mismatch', says: 'the system partition has data where there should be none' },
  '1004': { kind: 'content-mismatch', says: 'the system partition is damaged and could not be recovered' },
  '2000': { kind: 'content-mismatch', says: 'the vendor partition has other contents than the package starts from' },
  '2001': { kind: 'write-failed', says: 'the vendor partition could not be updated' },
  '2002': { kind: 'content-mismatch', says: 'the vendor partition has other contents than the package makes' },
  '2003': { kind: 'content-mismatch', says: 'the vendor partition has data where there should be none' },
  '2004': { kind: 'content-mismatch', says: 'the vendor partition is damaged and could not be recovered' },
  '3000': { kind: 'wrong-build', says: 'the package is for a device with other maker properties' },
  '3001': { kind: 'wrong-build', says: unlike },
  '3002': { kind: 'wrong-build', says: unlike },
  '3003': { kind: 'wrong-build', says: 'the package is older than the build that runs on the device' },
  '3004': { kind: 'wrong-build', says: 'the package is for another device' },
  '3005': {
    kind: 'content-mismatch',
    says: 'a file or partition is neither what the package starts from nor what it makes',
  },
  '3006': { kind: 'no-space', says: 'there is not enough space in /cache' },
  '3007': { kind: 'partition-failed', says: 'the size of a file system could not be changed' },
  '3008': { kind: 'patch-failed', says: 'a patch does not apply' },
};

const causes: Readonly<Record<string, ErrorCode>> = {
  '100': { kind: 'aborted', says: 'the script gives a function arguments that it does not take' },
  '101': { kind: 'no-space', says: 'the place for copies in /cache could not be made' },
  '102': { kind: 'io-error', says: 'a file could not be opened' },
  '103': { kind: 'io-error', says: 'a file could not be read at a position' },
  '104': { kind: 'io-error', says: 'a file could not be read' },
  '105': { kind: 'write-failed', says: 'a file could not be written' },
  '106': { kind: 'io-error', says: 'what was written could not be brought to the flash' },
  '107': { kind: 'io-error', says: 'damaged data could not be corrected' },
  '108': { kind: 'entry-missing', says: 'a property file could not be read' },
  '109': { kind: 'write-failed', says: 'a file could not be renamed' },
  '110': { kind: 'link-failed', says: 'a link could not be made' },
  '111': { kind: 'permission-failed', says: 'owner or mode of a file could not be set' },
  '112': { kind: 'partition-failed', says: 'the size of a file system could not be changed' },
  '113': { kind: 'status', says: 'the device could not be restarted' },
  '114': { kind: 'write-failed', says: 'a file could not be extracted from the package' },
  '115': { kind: 'patch-failed', says: 'a patch does not apply' },
};

/** What an error code says; `undefined` for one that is not known. */
export function errorCode(number: string): ErrorCode | undefined {
  return Object.hasOwn(errors, number) ? errors[number] : undefined;
}

/** What a cause code says; `undefined` for one that is not known. */
export function causeCode(number: string): ErrorCode | undefined {
  return Object.hasOwn(causes, number) ? causes[number] : undefined;
}

/** The error codes that can be looked up, as they stand in messages. */
export const errorCodes: readonly string[] = Object.keys(errors)
  .filter((number) => number.length === 4)
  .map((number) => `E${number}`);
