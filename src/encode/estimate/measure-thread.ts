/** Entry of a worker thread: measures one file after the other. Started by `openMeasurer` only. */
import { parentPort } from 'node:worker_threads';
import { discard } from '../../model/discard.js';
import { type Measure, measureFile } from './measure-file.js';

const port = parentPort;
if (port === null) throw new Error('measure-thread.js runs in a worker thread only');

port.on('message', (asked: Measure) => {
  const measured = measureFile(asked);
  discard(asked.target, ...(asked.bases ?? []));
  port.postMessage(measured);
});
