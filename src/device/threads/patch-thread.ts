/** Entry of a worker thread: applies one patch after the other, and tells size and digest of what each makes. */
import { parentPort } from 'node:worker_threads';
import { applyPatch, PatchFormatError } from '../../applypatch/index.js';
import type { Content } from '../../model/build.js';
import { sha1Of } from '../../model/digest.js';
import { largestFileBytes } from '../../model/limits.js';
import type { AppliedMessage, ApplyMessage } from './messages.js';

const port = parentPort;
if (port === null) throw new Error('patch-thread.js runs in a worker thread only');

function outcomeOf({ patch, source, reading }: ApplyMessage): Content | undefined {
  try {
    const made = applyPatch(patch, source, { maxTargetSize: largestFileBytes, ...reading });
    return { size: made.length, sha1: sha1Of(made) };
  } catch (error) {
    // What is wrong with it is told when the script comes to it.
    if (error instanceof PatchFormatError) return undefined;
    throw error;
  }
}

port.on('message', (message: ApplyMessage) => {
  port.postMessage({ kind: 'applied', content: outcomeOf(message) } satisfies AppliedMessage);
});
