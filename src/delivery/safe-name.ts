/** Sister modules have executed shell metacharacters in names and addresses: only plain characters are ever sent. */
import { UsageError } from '../model/errors.js';
import { longestStoredNameCharacters, longestUpdateAddressBytes } from '../model/limits/module.js';

const safe = /^[A-Za-z0-9._/:@%?=-]+$/;

function refuse(what: string, found: string, expected: string): never {
  throw new UsageError({
    code: 'delivery-name',
    message: `${what} may not be sent to a module`,
    found,
    expected,
    remedy: 'choose another one: modules have executed shell characters in names',
  });
}

/** The name of a file on the module, as it is. Throws UsageError for what may not be sent. */
export function storedName(name: string): string {
  const fits = name.length <= longestStoredNameCharacters && !name.includes('/') && !name.startsWith('.');
  if (fits && safe.test(name)) return name;
  return refuse(
    'this name',
    name,
    `at most ${longestStoredNameCharacters} characters of A-Z a-z 0-9 . _ : @ % ? = -, without a folder`,
  );
}

/** What AT+QFOTADL is given, as it is: a path or an address. Throws UsageError for what may not be sent. */
export function updateAddress(address: string): string {
  if (address.length <= longestUpdateAddressBytes && safe.test(address)) return address;
  return refuse(
    'this path or address',
    address,
    `at most ${longestUpdateAddressBytes} characters of A-Z a-z 0-9 . _ / : @ % ? = -`,
  );
}
