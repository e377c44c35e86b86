/** Entry of a worker thread: reads entries of a zip and answers with their sketches. */
import { parentPort } from 'node:worker_threads';
import { readPacked } from '../../input/zip/packed.js';
import { sketchOf } from '../../plan/sketch.js';
import type { SketchAnswer, SketchJob } from './sketch-in-threads.js';

const port = parentPort;
if (port === null) throw new Error('sketch-thread.js runs in a worker thread only');

port.on('message', ({ fd, records }: SketchJob) => {
  const answer: SketchAnswer = readPacked(fd, records, (bytes) => sketchOf(bytes));
  port.postMessage(answer);
});
