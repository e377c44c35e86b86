/** Keys and certificates for tests, in a folder: made by openssl, but for keys that need no certificate. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of a key in PEM, of its public half, and of a certificate. */
export interface TestKey {
  readonly key: string;
  readonly publicKey: string;
  readonly certificate: string;
}

/** Runs a program, and gives its standard output. */
export function tool(program: string, words: readonly string[], input?: Uint8Array): Buffer {
  return execFileSync(program, words, { input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 2 ** 30 });
}

/** A new RSA key without a certificate: no tool is needed. */
export function makeKeyAlone(folder: string, name: string): Omit<TestKey, 'certificate'> {
  const [key, publicKey] = [join(folder, `${name}.pem`), join(folder, `${name}.pub.pem`)];
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(key, pair.privateKey);
  writeFileSync(publicKey, pair.publicKey);
  return { key, publicKey };
}

/** A new RSA key and a certificate that vouches for itself. */
export function makeKey(folder: string, name: string, bits = 2048): TestKey {
  const at = (end: string): string => join(folder, `${name}${end}`);
  const [key, publicKey, certificate] = [at('.pem'), at('.pub.pem'), at('.cert.pem')];
  tool('openssl', ['genrsa', '-out', key, String(bits)]);
  tool('openssl', ['rsa', '-in', key, '-pubout', '-out', publicKey]);
  certify(key, certificate, ['-days', '3650']);
  return { key, publicKey, certificate };
}

/** A certificate of a key, with openssl's options for its time. */
export function certify(key: string, certificate: string, time: readonly string[]): void {
  tool('openssl', ['req', '-new', '-x509', '-key', key, '-subj', '/CN=test/O=dfota', '-out', certificate, ...time]);
}

/** Whether a program is on the path. */
export function hasTool(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
