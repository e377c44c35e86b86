/** Entry of a worker thread: makes and applies image deltas, one job after the other. */
import { parentPort } from 'node:worker_threads';
import type { OnContent } from '../../imagedelta/decoder/device.js';
import { DeltaError } from '../../imagedelta/decoder/fault.js';
import { bytesOfContent } from './bytes-of-content.js';
import { packedPartsOf } from './packed-parts.js';
import { openPatch } from './read-patch.js';
import { makeSmallest } from './smallest-patch.js';
import type { Applied, ApplyJob, DeltaAnswer, DeltaJob, Made, MakeJob, OwnBytes } from './thread-messages.js';

/** Progress more often than this, in milliseconds, only costs time. */
const progressInterval = 50;

const port = parentPort;
if (port === null) throw new Error('delta-thread.js runs in a worker thread only');

let told = 0;
function tell(done: number, total: number): void {
  const now = performance.now();
  if (now - told < progressInterval) return;
  told = now;
  port?.postMessage({ kind: 'progress', done, total } satisfies DeltaAnswer);
}

/** The bytes in a buffer that holds nothing else. */
function own(bytes: Uint8Array): OwnBytes {
  const { buffer, length } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === length
    ? new Uint8Array(buffer)
    : Uint8Array.from(bytes);
}

function make({ old, fresh, plan, repack }: MakeJob): Made {
  const { chosen, outcome, parts } = makeSmallest(old, fresh, plan, repack ?? [], tell);
  const { patch, covers, content, payload } = chosen;
  const packedParts = packedPartsOf(old, fresh, plan, parts);
  const cost = bytesOfContent(content, payload);
  return { old, fresh, patch: own(patch), covers, cost, packedParts, repacked: outcome };
}

function apply({ old, patch, measured = false, asOnDevice = false }: ApplyJob): Applied {
  const { apply: applyTo, steps, payload } = openPatch(patch);
  const content = { covers: 0, literals: 0, data: 0, branches: 0, pages: 0, pointers: 0 };
  const count: OnContent = (kind, bits) => {
    content[kind] += bits;
  };
  const onProgress = (done: number): void => tell(done, steps);
  const fresh = applyTo(old, { onProgress, onContent: measured ? count : undefined }, asOnDevice);
  return { old, patch, fresh: own(fresh), cost: measured ? bytesOfContent(content, payload) : undefined };
}

function answer(job: DeltaJob): DeltaAnswer {
  try {
    return job.kind === 'make' ? { kind: 'made', result: make(job) } : { kind: 'applied', result: apply(job) };
  } catch (error) {
    if (error instanceof DeltaError) {
      const { fault, message, found, expected } = error;
      return { kind: 'refused', fault, message, found, expected };
    }
    return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function buffersOf(reply: DeltaAnswer): readonly ArrayBuffer[] {
  if (reply.kind !== 'made' && reply.kind !== 'applied') return [];
  const { old, patch, fresh } = reply.result;
  return [...new Set([old.buffer, patch.buffer, fresh.buffer])];
}

port.on('message', (job: DeltaJob) => {
  told = performance.now();
  const reply = answer(job);
  port.postMessage(reply, buffersOf(reply));
});
