import { UsageError } from '../../model/errors.js';
import { signatureSchemes } from '../../model/signature.js';
import { engineComparisonText } from '../../report/engine-comparison.js';
import { findingsText } from '../../report/findings.js';
import { releaseText } from '../../report/release.js';
import type { ReleaseRequest } from '../../usecases/release/release.js';
import { bothBuilds } from '../both-builds.js';
import type { Command } from '../command.js';
import { configurationOptions, configured } from '../configured.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { chosenLists, listsOptions } from '../lists-option.js';
import { grouped, type MakingWords, makingOf, makingOptions } from '../making-options.js';
import { emphasisOf } from '../options.js';
import { passphraseFrom } from '../passphrase.js';
import { type SigningWords, signerOf, signingOptions } from '../signing-option.js';
import { sourceDate } from '../source-date.js';

/** `dfota release SOURCE TARGET --output release.zip`. */
export const releaseCommand: Command = (program, choose) =>
  program.command(
    'release [source] [target]',
    'Check, generate, prove, audit and sign in one go, and pack all that is handed over',
    (options) =>
      grouped(options)
        .positional('source', { type: 'string', describe: 'The build that the module runs' })
        .positional('target', { type: 'string', describe: 'The build that it is to run' })
        .option('output', {
          type: 'string',
          describe: 'A folder that is not there yet, or an archive: x.zip, x.tar.gz',
        })
        .options(configurationOptions)
        .options(listsOptions)
        .options(makingOptions)
        .conflicts('cache', 'no-cache')
        .option('policy', { type: 'string', describe: 'Policy of the audit' })
        .option('builder-id', { type: 'string', describe: 'Who runs it, as a URI for the provenance' })
        .option('scheme', { choices: signatureSchemes, describe: 'Sign the package, see dfota sign' })
        .options(signingOptions)
        .option('json', { type: 'boolean', describe: 'One JSON document on standard output' })
        .conflicts('key', 'signer-command')
        .epilogue(
          examples(
            [
              ['$0 release v1.zip v2.zip --output release.tar.gz', 'all that is handed over, not signed'],
              ['$0 release v1.zip v2.zip --output release --scheme le --key key.pem', 'as a folder, signed'],
            ],
            'Exit code 1 when a finding is an error, or the policy of the audit is not kept; the bundle is written all the same.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { words } = await configured('release', argv, {}, session);
        const { output } = words;
        if (output === undefined)
          throw usage('--output is missing: a folder that is not there yet, or x.zip, x.tar.gz');
        const builds = bothBuilds(words, 'release');
        const lists = await chosenLists(words, session);
        const request = releaseRequest({ ...words, ...builds, output, lists }, sourceDate(session.environment));
        const { release } = await import('../../usecases/release/release.js');
        const { onProgress, signal, manner } = session;
        const released = await release(request, {
          onProgress,
          signal,
          passphrase: passphraseFrom(words.passphraseEnv, session),
        });
        session.endStage();
        const told = released.findings.filter(({ severity }) => manner.verbose || severity !== 'information');
        const text = findingsText(told, emphasisOf(session.logStyle));
        if (text !== '') session.log(text);
        session.out(
          manner.json
            ? `${JSON.stringify({ format: 'dfota-release', version: 1, ...released }, null, 2)}\n`
            : releaseText(released),
        );
        if (!manner.json && released.comparison !== undefined) {
          session.out(`\n${engineComparisonText(released.comparison)}`);
        }
        const errors = released.findings.some(({ severity }) => severity === 'error');
        return errors || released.offends ? exitCodes.findings : exitCodes.done;
      }),
  );

interface ReleaseWords extends MakingWords, SigningWords {
  readonly source: string;
  readonly target: string;
  readonly output: string;
  readonly policy?: string | undefined;
  readonly builderId?: string | undefined;
  readonly scheme?: (typeof signatureSchemes)[number] | undefined;
}

/** The request of what the options say; `date`: of the run, for the provenance. Throws UsageError. */
export function releaseRequest(options: ReleaseWords, date?: string | undefined): ReleaseRequest {
  const { source, target, output, policy } = options;
  return {
    ...makingOf(options),
    source,
    target,
    output,
    policy,
    builder: options.builderId,
    date,
    sign: signingOf(options),
  };
}

function usage(message: string): UsageError {
  return new UsageError({ code: 'usage', message, remedy: 'see dfota release --help' });
}

function signingOf(options: ReleaseWords): ReleaseRequest['sign'] {
  const { scheme } = options;
  const signer = signerOf(options);
  if (scheme !== undefined) return { scheme, ...signer };
  const { key, certificate, signerCommand, publicKey } = signer;
  if ([key, certificate, signerCommand, publicKey].every((option) => option === undefined)) return undefined;
  throw new UsageError({
    code: 'signing-options',
    message: 'a key is given, but not how to sign: name the --scheme',
    remedy: 'see dfota release --help',
  });
}
