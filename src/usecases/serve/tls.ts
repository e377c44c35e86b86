/** The certificate that a package is served with. */
import { readFile, stat } from 'node:fs/promises';
import { asInputError } from '../../files/system-error.js';
import { UsageError } from '../../model/errors.js';
import { largestPemBytes } from '../../model/limits/module.js';
import { selfSigned } from '../../signing/self-signed.js';

/** A certificate and its key, or neither and whether one is to be made. */
export interface TlsRequest {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly https?: boolean | undefined;
}

/** Both in PEM: those given, or ones made for this run; `undefined` without HTTPS. Throws UsageError and InputError. */
export async function tlsOf(
  { cert, key, https }: TlsRequest,
  names: readonly string[],
): Promise<{ readonly cert: string; readonly key: string } | undefined> {
  if (cert === undefined && key === undefined) return https === true ? selfSigned(names) : undefined;
  if (cert === undefined || key === undefined) {
    throw new UsageError({
      code: 'delivery-words',
      message: 'HTTPS needs both --cert and --key, or neither: one is made for the run then',
      remedy: 'make both with: openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=HOST',
    });
  }
  return { cert: await readPem(cert), key: await readPem(key) };
}

async function readPem(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    return size > largestPemBytes ? '' : await readFile(file, 'utf8');
  } catch (error) {
    throw asInputError(error, file);
  }
}
