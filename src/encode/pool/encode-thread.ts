/** Entry of a worker thread: takes one file after the other and encodes it. Started by the pool only. */
import { parentPort, workerData } from 'node:worker_threads';
import { discard } from '../../model/discard.js';
import { ProofError } from '../../model/errors.js';
import { encodeFile, encodeUnproved, finishFile } from '../encode-file.js';
import { openMate } from '../mate/mate.js';
import { adoptEngineModule } from '../stretches/engine.js';
import type { EncodeMessage, EndMessage, FinishMessage, ProveMessage, ThreadMessage } from './messages.js';
import { proveEncoded } from './prove-encoded.js';
import { buffersOf } from './transfer.js';

/** Progress more often than this, in milliseconds, only costs time. */
const progressInterval = 50;

const port = parentPort;
if (port === null) throw new Error('encode-thread.js runs in a worker thread only');
if (!adoptEngineModule(workerData)) throw new Error('encode-thread.js is started with the compiled engine');

function work(asked: EncodeMessage | FinishMessage, tell: (doneBytes: number) => void): ThreadMessage {
  const { request, options } = asked;
  if (asked.kind === 'finish') return { kind: 'encoded', result: finishFile(asked, request, options) };
  if (!asked.proofApart) return { kind: 'encoded', result: encodeFile(request, options, tell) };
  const mate = asked.mate === undefined ? undefined : openMate(asked.mate);
  return { kind: 'unproved-yet', request, ...encodeUnproved(request, options, tell, mate) };
}

function answer(asked: EncodeMessage | FinishMessage, tell: (doneBytes: number) => void): ThreadMessage {
  try {
    return work(asked, tell);
  } catch (error) {
    if (error instanceof ProofError) return { kind: 'unproved', faults: error.faults };
    return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  }
}

port.on('message', (message: EncodeMessage | FinishMessage | ProveMessage | EndMessage) => {
  if (message.kind === 'end') {
    port.close();
    return;
  }
  if (message.kind === 'prove') {
    const holds = proveEncoded(message.file, message.base, message.target);
    port.postMessage({ kind: 'proved', holds } satisfies ThreadMessage);
    return;
  }
  let told = performance.now();
  const tell = (doneBytes: number): void => {
    const now = performance.now();
    if (now - told < progressInterval) return;
    told = now;
    port.postMessage({ kind: 'progress', doneBytes } satisfies ThreadMessage);
  };
  const reply = answer(message, tell);
  port.postMessage(reply, reply.kind === 'encoded' || reply.kind === 'unproved-yet' ? buffersOf(reply) : []);
  // What was not handed back with it.
  discard(message.request.target, ...message.request.bases);
});
