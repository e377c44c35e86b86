import { receiveMessageOnPort } from 'node:worker_threads';
import type { WindowPacker } from '../bsdiff/bzip2-window.js';
import type { Deflated, DeflatedStream } from './deflated.js';
import { answersAt, goneAt, type MateAnswer, type MateLink, type MateTask } from './messages.js';

/** Another thread that takes over parts of the work on one file. Nothing that is made depends on whether there is one, nor on its speed. */
export interface Mate extends WindowPacker {
  /** Begins to have the decoder deflate a stream again, whose bytes go to it; `undefined` later where nothing came of it. */
  readonly deflate: (stream: DeflatedStream) => () => Deflated | undefined;
}

/** How long a wait is at most before the mate is looked for, in milliseconds. */
const patience = 1000;

/** The mate at the other end. Waiting for it blocks this thread. */
export function openMate({ port, state }: MateLink): Mate {
  const shared = new Int32Array(state);
  const answers = new Map<number, MateAnswer>();
  let asked = 0;
  let answered = 0;

  function receive(): void {
    for (;;) {
      const received: { readonly message: MateAnswer } | undefined = receiveMessageOnPort(port);
      if (received === undefined) return;
      answers.set(received.message.number, received.message);
      answered++;
    }
  }

  const isGone = (): boolean => Atomics.load(shared, goneAt) !== 0;

  function ask(task: MateTask, given: readonly ArrayBuffer[] = []): () => MateAnswer | undefined {
    const number = asked++;
    port.postMessage({ number, task }, [...given]);
    return () => {
      for (;;) {
        const before = Atomics.load(shared, answersAt);
        const gone = isGone();
        receive();
        const answer = answers.get(number);
        answers.delete(number);
        if (answer !== undefined || gone) return answer;
        Atomics.wait(shared, answersAt, before, patience);
      }
    };
  }

  return {
    isFree: () => {
      receive();
      return asked === answered && !isGone();
    },
    packWindow: (window) => {
      const answer = ask({ kind: 'window', window });
      return () => {
        const given = answer();
        return given?.kind === 'window' ? given.packed : undefined;
      };
    },
    deflate: (stream) => {
      const answer = ask({ kind: 'deflate', stream }, [stream.bytes.buffer]);
      return () => {
        const given = answer();
        return given?.kind === 'deflate' ? given.deflated : undefined;
      };
    },
  };
}
