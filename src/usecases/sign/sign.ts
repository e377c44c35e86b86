/** Signs a finished package: `dfota sign`. The package is copied with its signature; nothing of it is built again. */
import { createHash, type X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { verifySignatures } from '../../device/signature/verify-signatures.js';
import { openFileSource } from '../../files/file-source.js';
import { writeOutput } from '../../files/output.js';
import type { ByteSource } from '../../model/byte-source.js';
import { InputError, ProofError, UsageError } from '../../model/errors.js';
import { signerSeconds } from '../../model/limits/signing.js';
import type { Ports } from '../../model/ports.js';
import type { SignatureScheme, Signed } from '../../model/signature.js';
import { commandSigner } from '../../signing/command-signer.js';
import { detachedStatement, fileDigest } from '../../signing/detached.js';
import {
  type AskPassphrase,
  keyDigest,
  openKey,
  readCertificate,
  readPublicKey,
  requireOwnCertificate,
} from '../../signing/keys.js';
import { readLayout } from '../../signing/package-layout.js';
import { bytesOf } from '../../signing/pieces.js';
import { signPackage } from '../../signing/sign-package.js';
import type { Signer } from '../../signing/signer.js';
import { holdOutputsApart } from '../hold-apart.js';

export type { AskPassphrase } from '../../signing/keys.js';

/** With which key: the key itself, or a program that keeps it. Plain data: a passphrase is never part of it. */
export interface SigningKey {
  /** The private key, PEM. */
  readonly key?: string | undefined;
  /** A program that signs: a SHA-256 of 32 bytes on its standard input, the raw signature on its standard output. */
  readonly signerCommand?: string | undefined;
  /** Seconds that the program may take; 60 where not given. */
  readonly signerTimeout?: number | undefined;
  /** The certificate of the key, PEM. */
  readonly certificate?: string | undefined;
  /** The public key of the program, PEM, where there is no certificate. */
  readonly publicKey?: string | undefined;
}

/** What is signed, and how: plain data. */
export interface SignRequest extends SigningKey {
  readonly package: string;
  readonly scheme: SignatureScheme;
  /** The signed package; for a detached signature that signature, with its statement beside it (`.json`). */
  readonly output: string;
  /** Takes signatures out that would no longer hold, or replaces a detached one. */
  readonly replace?: boolean | undefined;
}

/** The ports of all, and who is asked for the passphrase of a key. */
export interface SignPorts extends Ports {
  readonly passphrase?: AskPassphrase | undefined;
}

/** A signer and its certificate, opened once for several signatures. */
export interface OpenSigner {
  readonly signer: Signer;
  readonly certificate: X509Certificate | undefined;
}

/** Opens the key, or what stands in for it. Throws InputError for keys and certificates that are not right, UsageError for what does not go together. */
export async function openSigner(request: SigningKey, ports: SignPorts): Promise<OpenSigner> {
  const { key, signerCommand, certificate: certificatePath, publicKey } = request;
  const now = ports.now?.() ?? new Date();
  if ((key === undefined) === (signerCommand === undefined)) {
    throw options('give either a key (--key) or a program that signs (--signer-command)');
  }
  const certificate = certificatePath === undefined ? undefined : await readCertificate(certificatePath, now);
  const given = publicKey === undefined ? undefined : await readPublicKey(publicKey);
  let signer: Signer;
  if (key !== undefined) signer = await openKey(key, ports.passphrase ?? (async () => undefined));
  else {
    const known = given ?? certificate?.publicKey;
    if (known === undefined || signerCommand === undefined) {
      throw options(
        'a program that signs needs its public key, so that what it prints can be checked: --certificate or --public-key',
      );
    }
    const timeout = (request.signerTimeout ?? signerSeconds) * 1000;
    signer = commandSigner(signerCommand, known, { timeout, signal: ports.signal });
  }
  if (certificate !== undefined && certificatePath !== undefined) {
    requireOwnCertificate(certificate, signer.publicKey, certificatePath);
  }
  if (given !== undefined && publicKey !== undefined && !given.equals(signer.publicKey)) {
    throw options('the public key and the private key do not belong together');
  }
  return { signer, certificate };
}

function options(message: string): UsageError {
  return new UsageError({ code: 'signing-options', message, remedy: 'see dfota sign --help' });
}

/**
 * Signs the package, and checks the signature before anything gets its name. Throws InputError and UsageError for what the user can correct; then nothing
 * was written.
 */
export async function signFile(request: SignRequest, ports: SignPorts = {}): Promise<Signed> {
  const credentials = [request.key, request.certificate, request.publicKey];
  const detached = request.scheme === 'detached';
  const output = { role: 'the output', path: request.output, kind: 'file' } as const;
  const statement = { role: 'the statement', path: `${request.output}.json`, kind: 'file' } as const;
  await holdOutputsApart(
    {
      whole: [
        ['the package', request.package],
        ...credentials.map((path): [string, string | undefined] => ['a key', path]),
      ],
    },
    detached ? [output, statement] : [output],
  );
  const opened = await openSigner(request, ports);
  return signWith(opened, request, ports);
}

/** The same with a signer that is open already. */
export async function signWith(opened: OpenSigner, request: SignRequest, ports: SignPorts): Promise<Signed> {
  const source = await openFileSource(request.package);
  try {
    return await (request.scheme === 'detached'
      ? signDetached(source, opened, request, ports)
      : signEmbedded(source, opened, request, request.scheme, ports));
  } finally {
    await source.close();
  }
}

async function signEmbedded(
  source: ByteSource,
  { signer, certificate }: OpenSigner,
  request: SignRequest,
  scheme: 'le' | 'android',
  { signal }: SignPorts,
): Promise<Signed> {
  const replace = request.replace === true;
  const signed = await signPackage(source, { scheme, signer, certificate, replace });
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  let size = 0;
  await writeOutput(
    request.output,
    async (sink) => {
      for await (const bytes of bytesOf(source, signed.pieces)) {
        signal?.throwIfAborted();
        sha256.update(bytes);
        md5.update(bytes);
        size += bytes.length;
        await sink.write(bytes);
      }
    },
    { signal, check: (file) => proveSignature(file, undefined, scheme, request, { signer, certificate }) },
  );
  return {
    scheme,
    output: request.output,
    size,
    sha256: sha256.digest('hex'),
    md5: md5.digest('hex'),
    digest: signed.digest.toString('hex'),
    key: keyDigest(signer.publicKey),
    replaced: signed.replaced,
  };
}

async function signDetached(
  source: ByteSource,
  opened: OpenSigner,
  request: SignRequest,
  { signal }: SignPorts,
): Promise<Signed> {
  const { output } = request;
  const there = await stat(output).then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (there && request.replace !== true) {
    throw new InputError({
      code: 'signed-already',
      place: { file: output },
      message: 'there is a signature already',
      remedy: '--replace writes it anew',
    });
  }
  await readLayout(source);
  const digest = await fileDigest(source);
  const signature = await opened.signer.sign(digest);
  const key = keyDigest(opened.signer.publicKey);
  const statement = Buffer.from(detachedStatement(source.size, digest.toString('hex'), key));
  await writeOutput(output, (sink) => sink.write(signature), {
    signal,
    check: (file) => proveSignature(source.name, file, 'detached', request, opened),
    beside: async () => [{ path: `${output}.json`, bytes: statement }],
  });
  const of = (name: string): string => createHash(name).update(signature).digest('hex');
  return {
    scheme: 'detached',
    output,
    size: signature.length,
    sha256: of('sha256'),
    md5: of('md5'),
    digest: digest.toString('hex'),
    key,
    replaced: there ? ['detached'] : [],
  };
}

/** A signature that does not hold is told as what it most likely is: a program that signs with another key. */
async function proveSignature(
  packagePath: string,
  detached: string | undefined,
  scheme: SignatureScheme,
  request: SignRequest,
  { signer, certificate }: OpenSigner,
): Promise<void> {
  const report = await verifySignatures({ packagePath, detached, key: signer.publicKey, certificate });
  const own = report.signatures.find((one) => one.scheme === scheme);
  if (own?.valid === true) return;
  const { signerCommand } = request;
  if (signerCommand === undefined) {
    throw new ProofError({
      code: 'signature-wrong',
      place: { file: request.output },
      message: 'the signature that was made does not hold, and was not written',
      found: own?.message,
    });
  }
  throw new InputError({
    code: 'signer-output',
    place: { file: request.output },
    message:
      'what the signer program printed is no signature of the digest by the given public key; nothing was written',
    found: own?.message,
    remedy: 'check that the public key is that of the program, and that it signs with PKCS#1 v1.5 and SHA-256',
  });
}
