/** A certificate for one run of a server: nobody can have it beforehand, and its key is gone afterwards. */
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { element, identifier, nothing, octets, sequence, set, small } from './der.js';

/** Names and addresses of the server, and an RSA key: TLS of modules that is old knows no other. */
const keyBits = 2048;

/** From where the clocks of modules begin that have not seen a network, to the last year of its form of time. */
const [notBefore, notAfter] = ['800106000000Z', '491231235959Z'];

const utf8 = (text: string): Buffer => element(0x0c, Buffer.from(text));
const time = (text: string): Buffer => element(0x17, Buffer.from(text, 'latin1'));
const bits = (bytes: Uint8Array): Buffer => element(0x03, Buffer.from([0]), bytes);

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // The eight groups of an IPv6 address, with those that `::` stands for.
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0');
  return Buffer.from([...first, ...middle, ...last].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** Certificate and key in PEM for a server of those names and addresses. */
export function selfSigned(names: readonly string[]): { readonly cert: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: keyBits });
  const algorithm = sequence(identifier('1.2.840.113549.1.1.11'), nothing);
  const name = sequence(set(sequence(identifier('2.5.4.3'), utf8('dfota, for one run'))));
  const alternatives = names.map((each) =>
    isIP(each) === 0 ? element(0x82, Buffer.from(each, 'latin1')) : element(0x87, addressBytes(each)),
  );
  const extension = (oid: string, value: Buffer): Buffer => sequence(identifier(oid), octets(value));
  const extensions = element(
    0xa3,
    sequence(
      extension('2.5.29.19', sequence(element(0x01, Buffer.from([0xff])))),
      extension('2.5.29.17', sequence(...alternatives)),
    ),
  );
  // Never negative, and never with a leading zero: the first bits are 01.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    element(0xa0, small(2)),
    element(0x02, serial),
    algorithm,
    name,
    sequence(time(notBefore), time(notAfter)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  );
  const whole = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  return {
    cert: new X509Certificate(whole).toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
