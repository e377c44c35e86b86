/** Entry of a worker thread: reads entries of a zip and answers with their digests, or with the texts of links. */
import { parentPort } from 'node:worker_threads';
import { sha1Of } from '../../model/digest.js';
import { fromBytes } from '../../model/path.js';
import type { DigestAnswer, DigestJob } from './digest-in-threads.js';
import { readPacked } from './packed.js';

const port = parentPort;
if (port === null) throw new Error('digest-thread.js runs in a worker thread only');

port.on('message', ({ fd, records, texts }: DigestJob) => {
  const answer: DigestAnswer = readPacked(fd, records, (bytes, index) =>
    texts.includes(index) ? { text: fromBytes(bytes) } : { sha1: sha1Of(bytes), made: undefined },
  );
  port.postMessage(answer);
});
