/** The options that say with what a package is signed, for every command that signs. */
import type { SignRequest } from '../usecases/sign/sign.js';
import { countOption } from './options.js';

/** `--key`, `--certificate`, or a program that signs. `--key` and `--signer-command` rule each other out. */
export const signingOptions = {
  key: { type: 'string', describe: 'Private RSA key, PEM' },
  certificate: { type: 'string', describe: 'Certificate of the key, PEM; android needs it' },
  'signer-command': {
    type: 'string',
    describe: 'Program that signs: SHA-256 (32 bytes) on its standard input, raw signature on its standard output',
  },
  'public-key': { type: 'string', describe: 'Public key of that program, PEM, where there is no certificate' },
  'signer-timeout': {
    type: 'string',
    describe: 'Seconds that the program may take',
    defaultDescription: '60',
  },
  'passphrase-env': {
    type: 'string',
    default: 'DFOTA_KEY_PASSPHRASE',
    describe: 'Variable of the environment with the passphrase of the key; without it a terminal is asked',
  },
} as const;

/** The words that the options take. */
export interface SigningWords {
  readonly key?: string | undefined;
  readonly certificate?: string | undefined;
  readonly signerCommand?: string | undefined;
  readonly publicKey?: string | undefined;
  readonly signerTimeout?: string | undefined;
}

/** What the options say. Throws UsageError. */
export function signerOf({
  key,
  certificate,
  signerCommand,
  publicKey,
  signerTimeout,
}: SigningWords): Pick<SignRequest, keyof SigningWords> {
  return {
    key,
    certificate,
    signerCommand,
    publicKey,
    signerTimeout: countOption('signer-timeout', signerTimeout, 1, 3600),
  };
}
