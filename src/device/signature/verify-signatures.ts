/** Checks every signature of a package that there is, against one key. Shares nothing with what signs. */
import { createHash, type KeyObject, type X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { openFileSource } from '../../files/file-source.js';
import { asInputError } from '../../files/system-error.js';
import type { CheckedSignature, SignatureReport } from '../../model/signature.js';
import { openPackage, type PackageReader, UnreadablePackage } from '../zip-reader.js';
import { checkDetached } from './detached.js';
import { checked, SignatureFault } from './found.js';
import { checkUpdateSig, hasUpdateSig } from './update-sig.js';
import { checkWholeFile, hasWholeFileSignature } from './whole-file.js';

/** What is checked, and with what. */
export interface SignatureCheck {
  readonly packagePath: string;
  /** The detached signature; without it, the package's name with `.sig` behind it, where that is a file. */
  readonly detached?: string | undefined;
  readonly key: KeyObject;
  /** The very certificate that the package must have, where it has one. */
  readonly certificate?: X509Certificate | undefined;
}

/** What is wrong with signatures is in the report; thrown is InputError for files that cannot be read. */
export async function verifySignatures(check: SignatureCheck): Promise<SignatureReport> {
  const { packagePath, key, certificate } = check;
  const keySha256 = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  const signatures: CheckedSignature[] = [];
  const file = await openFileSource(packagePath);
  let reader: PackageReader | UnreadablePackage | undefined;
  try {
    const opened = await openReader(packagePath);
    reader = opened;
    if (opened instanceof UnreadablePackage) {
      const refuse = () => Promise.reject(new SignatureFault(`the device cannot read the package: ${opened.message}`));
      signatures.push(await checked('le', refuse));
    } else if (hasUpdateSig(opened)) {
      signatures.push(await checked('le', () => checkUpdateSig(opened, file, key)));
    }
    if (await hasWholeFileSignature(file)) {
      signatures.push(await checked('android', () => checkWholeFile(file, key, certificate)));
    }
    const detached = check.detached ?? (await existing(`${packagePath}.sig`));
    if (detached !== undefined) {
      const statement = await existing(`${detached}.json`);
      signatures.push(await checked('detached', () => checkDetached(file, detached, statement, key, keySha256)));
    }
  } finally {
    if (reader !== undefined && !(reader instanceof UnreadablePackage)) await reader.close();
    await file.close();
  }
  const valid = signatures.length > 0 && signatures.every((one) => one.valid);
  return { packageOrigin: packagePath, key: keySha256, valid, signatures };
}

async function openReader(path: string): Promise<PackageReader | UnreadablePackage> {
  try {
    return await openPackage(path);
  } catch (error) {
    if (error instanceof UnreadablePackage) return error;
    throw asInputError(error, path);
  }
}

async function existing(path: string): Promise<string | undefined> {
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  return isFile ? path : undefined;
}
