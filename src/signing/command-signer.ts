/**
 * A signer that is another program, for keys that never leave an HSM or a KMS: 32 bytes of digest on its standard input, the raw signature on
 * its standard output. It is the one program of others that dfota starts, and only when asked (docs/decisions/0030-signing.md): without a shell,
 * within limits of time and output.
 */
import { spawn } from 'node:child_process';
import type { KeyObject } from 'node:crypto';
import type { Code } from '../model/codes.js';
import { InputError, UsageError } from '../model/errors.js';
import { largestSignerOutputBytes, mostComplaintLetters } from '../model/limits/signing.js';
import type { Signer } from './signer.js';

/** How the program is run. */
export interface CommandOptions {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** Words of a command line: separated by blanks; single and double quotes keep blanks, and nothing else has a meaning. Throws UsageError. */
export function splitCommand(command: string): readonly [string, ...string[]] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const character of command) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  const [program, ...rest] = words;
  if (quote !== '' || program === undefined || program === '') {
    throw new UsageError({
      code: 'signer-command',
      message:
        quote !== '' ? 'a quotation mark of --signer-command is not closed' : '--signer-command names no program',
      expected: 'a program and its words, separated by blanks, as in: openssl pkeyutl -sign -inkey key.pem',
    });
  }
  return [program, ...rest];
}

/** A signer that runs the command for each signature, and holds what it prints against the public key's size. */
export function commandSigner(command: string, publicKey: KeyObject, options: CommandOptions): Signer {
  const words = splitCommand(command);
  const expected = Math.ceil((publicKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  return {
    publicKey,
    sign: async (digest) => {
      const signature = await run(words, digest, options);
      if (signature.length === expected) return signature;
      throw told('signer-output', words[0], 'the signer program did not print a signature of this key', {
        found: `${signature.length} bytes`,
        expected: `${expected} bytes, the raw RSA signature and nothing else`,
      });
    },
  };
}

/** Only the program's name is shown: its words may hold a PIN. */
function told(
  code: Code,
  program: string,
  message: string,
  more: { found?: string | undefined; expected?: string | undefined } = {},
): InputError {
  return new InputError({
    code,
    place: { file: program },
    message,
    ...more,
    remedy: 'try the program by hand: 32 bytes of SHA-256 in, the raw PKCS#1 v1.5 signature out',
  });
}

function run(words: readonly [string, ...string[]], digest: Uint8Array, options: CommandOptions): Promise<Buffer> {
  const [program, ...rest] = words;
  const { timeout, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], shell: false, windowsHide: true });
    const out: Buffer[] = [];
    let [size, complaint] = [0, ''];
    const finish = (end: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      // A grandchild may hold the pipes: nothing waits for it.
      child.kill('SIGKILL');
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      end();
    };
    const fail = (error: unknown): void => finish(() => reject(error));
    const stop = (): void => fail(signal?.reason);
    const timer = setTimeout(() => {
      const found = `no end after ${timeout / 1000} s`;
      fail(told('signer-timeout', program, 'the signer program takes too long, and was stopped', { found }));
    }, timeout);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    child.on('error', (error) =>
      fail(told('signer-failed', program, 'the signer program cannot be started', { found: error.message })),
    );
    // It may end without reading; its exit code tells more.
    child.stdin.on('error', () => {});
    child.stdin.end(digest);
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < mostComplaintLetters)
        complaint = (complaint + chunk.toString('latin1')).slice(0, mostComplaintLetters);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= largestSignerOutputBytes) out.push(chunk);
      else
        fail(
          told('signer-output', program, 'the signer program prints too much', {
            found: `more than ${largestSignerOutputBytes} bytes`,
          }),
        );
    });
    child.on('close', (code, killed) => {
      if (code === 0) return finish(() => resolve(Buffer.concat(out)));
      const how = code === null ? `ended by ${killed}` : `exit code ${code}`;
      const said = complaint.replace(/[^\x20-\x7e]+/g, ' ').trim();
      fail(
        told('signer-failed', program, 'the signer program failed', { found: said === '' ? how : `${how}: ${said}` }),
      );
    });
  });
}
