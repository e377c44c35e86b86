import type { CodeTexts } from './code-text.js';

/** What may be wrong with keys, with signing, with signatures, and with the record of a package. */
export const signingCodes = {
  'signing-options': {
    meaning: 'options of signing are missing, or do not go together',
    remedy:
      'name a key (--key) or a program (--signer-command with --certificate or --public-key), and what the scheme needs',
  },
  'signer-command': {
    meaning: 'the value of --signer-command is no command line',
    remedy: 'give a program and its words, separated by blanks; quotes keep blanks, and no shell is started',
  },
  'key-unreadable': {
    meaning: 'a file is not the key or the certificate that is needed',
    remedy: 'name a file in PEM that holds what the option asks for',
  },
  'key-kind': {
    meaning: 'the key is of a kind that no scheme signs with, or too short',
    remedy: 'use an RSA key with at least 2048 bits',
  },
  'key-passphrase': {
    meaning: 'the passphrase of the key is missing or wrong',
    remedy: 'put it into DFOTA_KEY_PASSPHRASE, or run the command on a terminal, which asks for it',
  },
  'certificate-expired': {
    meaning: 'the certificate is not valid today',
    remedy: 'renew it; to check a signature with its key all the same, give that with --public-key',
  },
  'certificate-foreign': {
    meaning: 'the certificate is for another key than the one that signs',
    remedy: 'name the certificate that was made for this key',
  },
  'signed-already': {
    meaning: 'the package has a signature or a comment that would be lost',
    remedy: 'give --replace to sign it anew',
  },
  'signer-failed': {
    meaning: 'the program that signs cannot be started, or failed',
    remedy: 'run it by hand with 32 bytes of SHA-256 on its standard input',
  },
  'signer-timeout': {
    meaning: 'the program that signs took too long, and was stopped',
    remedy: 'see whether it waits for something, such as a PIN; --signer-timeout gives it more time',
  },
  'signer-output': {
    meaning: 'what the program printed is no signature of the digest by the key',
    remedy: 'let it print the raw PKCS#1 v1.5 signature and nothing else, and check that the public key is its own',
  },
  'signature-comment': {
    meaning:
      'a signature of the whole file does not fit into the comment of a zip, or recoveries would not find it there',
    remedy: 'sign with a smaller certificate, or with another key',
  },
  'signature-wrong': {
    meaning: 'a signature does not hold for the package, so nothing was written',
    remedy: 'report it with the package: this is a fault of dfota',
  },
  'record-value': {
    meaning: 'the record of a package is damaged, or none',
    remedy: 'name the .json that dfota generate has written beside a package',
  },
  'source-date': {
    meaning: 'SOURCE_DATE_EPOCH is set to something that is no date',
    remedy: 'set it to whole seconds since 1970, or unset it',
  },
} as const satisfies CodeTexts;
