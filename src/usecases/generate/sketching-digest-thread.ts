/** Entry of a worker thread: as the one of input/zip, and it sketches files while it has them. */
import { parentPort } from 'node:worker_threads';
import type { DigestAnswer, DigestJob } from '../../input/zip/digest-in-threads.js';
import { readPacked } from '../../input/zip/packed.js';
import { sha1Of } from '../../model/digest.js';
import { fromBytes } from '../../model/path.js';
import { sketchOf } from '../../plan/sketch.js';

const port = parentPort;
if (port === null) throw new Error('sketching-digest-thread.js runs in a worker thread only');

port.on('message', ({ fd, records, texts, besides }: DigestJob) => {
  const answer: DigestAnswer = readPacked(fd, records, (bytes, index) => {
    if (texts.includes(index)) return { text: fromBytes(bytes) };
    return { sha1: sha1Of(bytes), made: besides.includes(index) ? sketchOf(bytes) : undefined };
  });
  port.postMessage(answer);
});
