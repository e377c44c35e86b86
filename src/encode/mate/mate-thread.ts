/** Entry of the thread that is another's mate: does one task after the other. Started by MateThread only. */
import { workerData } from 'node:worker_threads';
import { packWindow } from '../bsdiff/bzip2-window.js';
import { adoptEngineModule } from '../stretches/engine.js';
import { deflateExpanded } from './deflated.js';
import { answersAt, type MateAnswer, type MateLink, type MateQuestion } from './messages.js';

interface Start {
  readonly module: unknown;
  readonly link: MateLink;
}

const { module, link }: Start = workerData;
if (!adoptEngineModule(module)) throw new Error('mate-thread.js is started with the compiled engine');
const { port, state } = link;
const shared = new Int32Array(state);

function answerTo({ number, task }: MateQuestion): MateAnswer {
  try {
    switch (task.kind) {
      case 'window':
        return { kind: 'window', number, packed: packWindow(task.window) };
      case 'deflate':
        return { kind: 'deflate', number, deflated: deflateExpanded(task.stream) };
      default:
        return task satisfies never;
    }
  } catch {
    // Whoever asked does it instead, and meets the error where it is told.
    return { kind: 'failed', number };
  }
}

function buffersOf(answer: MateAnswer): ArrayBuffer[] {
  if (answer.kind === 'failed') return [];
  return [answer.kind === 'window' ? answer.packed.bytes.buffer : answer.deflated.bytes.buffer];
}

port.on('message', (question: MateQuestion) => {
  const answer = answerTo(question);
  port.postMessage(answer, buffersOf(answer));
  Atomics.add(shared, answersAt, 1);
  Atomics.notify(shared, answersAt);
});
