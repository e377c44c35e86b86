import { signatureSchemes } from '../../model/signature.js';
import { signedText } from '../../report/signature.js';
import type { SignRequest } from '../../usecases/sign/sign.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { passphraseFrom } from '../passphrase.js';
import { type SigningWords, signerOf, signingOptions } from '../signing-option.js';

/** `dfota sign update.zip --scheme le --key key.pem --output signed.zip`. */
export const signCommand: Command = (program, choose) =>
  program.command(
    'sign <package>',
    'Sign a finished package, with a key or with a program that keeps it',
    (options) =>
      options
        .positional('package', { type: 'string', demandOption: true, describe: 'An update.zip, whoever made it' })
        .option('scheme', {
          choices: signatureSchemes,
          demandOption: true,
          describe:
            'le: update.sig, for Linux-Embedded recoveries; android: the whole file; detached: in a file of its own',
        })
        .options(signingOptions)
        .option('output', {
          type: 'string',
          demandOption: true,
          describe: 'The signed package, or the detached signature',
        })
        .option('replace', { type: 'boolean', describe: 'Take signatures out that would no longer hold' })
        .option('json', { type: 'boolean', describe: 'One JSON document on standard output' })
        .conflicts('key', 'signer-command')
        .epilogue(
          examples(
            [
              ['$0 sign update.zip --scheme le --key key.pem --output signed.zip', 'for a Linux-Embedded recovery'],
              [
                '$0 sign update.zip --scheme android --key key.pem --certificate cert.pem --output signed.zip',
                'for an Android recovery',
              ],
            ],
            'The words of --signer-command are separated by blanks, quotes keep blanks, and no shell is started. docs/signing.md has examples for HSMs.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { signFile } = await import('../../usecases/sign/sign.js');
        const { onProgress, signal } = session;
        const passphrase = passphraseFrom(argv.passphraseEnv, session);
        const signed = await signFile(signRequest(argv), { onProgress, signal, passphrase });
        session.out(
          session.manner.json
            ? `${JSON.stringify({ format: 'dfota-signed', version: 1, ...signed }, null, 2)}\n`
            : signedText(signed),
        );
        return exitCodes.done;
      }),
  );

interface SignWords extends Omit<SignRequest, keyof SigningWords>, SigningWords {}

/** The request of what the options say. */
export function signRequest(options: SignWords): SignRequest {
  const { scheme, output, replace } = options;
  return { package: options.package, scheme, ...signerOf(options), output, replace };
}
