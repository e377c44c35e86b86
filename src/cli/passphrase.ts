/** Where the passphrase of a key comes from: the environment, or a question on the terminal that shows nothing of the answer. */
import type { Session } from './session.js';

/** Asks the environment first, then the terminal; `undefined` when neither has an answer. */
export function passphraseFrom(
  variable: string,
  session: Pick<Session, 'askSecret' | 'environment'>,
): () => Promise<string | undefined> {
  return async () => session.environment[variable] ?? (await session.askSecret?.('passphrase of the key: '));
}

/** What a terminal is read with. */
interface Keyboard {
  readonly setRawMode: (raw: boolean) => unknown;
  readonly resume: () => unknown;
  readonly pause: () => unknown;
  readonly on: (event: 'data', listener: (chunk: Buffer) => void) => unknown;
  readonly off: (event: 'data', listener: (chunk: Buffer) => void) => unknown;
}

/** Reads a line without echo. `interrupt` is called on Ctrl-C, which is no signal in this mode; the answer is then `undefined`. */
export function askWithoutEcho(
  question: string,
  keyboard: Keyboard,
  write: (text: string) => void,
  interrupt: () => void,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const typed: number[] = [];
    const finish = (answer: string | undefined): void => {
      keyboard.off('data', onData);
      keyboard.setRawMode(false);
      keyboard.pause();
      write('\n');
      resolve(answer);
    };
    const onData = (chunk: Buffer): void => {
      for (const byte of chunk) {
        if (byte === 0x03) {
          interrupt();
          finish(undefined);
          return;
        }
        if (byte === 0x0d || byte === 0x0a || (byte === 0x04 && typed.length > 0)) {
          finish(Buffer.from(typed).toString('utf8'));
          return;
        }
        if (byte === 0x04) {
          finish(undefined);
          return;
        }
        if (byte === 0x7f || byte === 0x08) {
          // A letter may have several bytes: its first one is no continuation.
          while (((typed.pop() ?? 0) & 0xc0) === 0x80);
        } else typed.push(byte);
      }
    };
    write(question);
    keyboard.setRawMode(true);
    keyboard.on('data', onData);
    keyboard.resume();
  });
}
