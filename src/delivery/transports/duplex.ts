/** A stream of bytes in both directions as a connection. */
import type { Duplex } from 'node:stream';
import { openInbox, writeInTime } from './inbox.js';
import type { Connection } from './transport.js';

/** Takes over a stream that is open; `release` gives the port back. */
export function overDuplex(stream: Duplex, release: () => void = () => void stream.destroy()): Connection {
  const inbox = openInbox();
  stream.on('data', (chunk: Uint8Array) => inbox.take(chunk));
  stream.on('error', inbox.end);
  stream.on('end', inbox.end);
  stream.on('close', inbox.end);
  return {
    write: (bytes) =>
      writeInTime(
        inbox,
        () =>
          new Promise((done) => {
            if (stream.destroyed) done();
            else stream.write(bytes, () => done());
          }),
      ),
    read: inbox.read,
    close: release,
  };
}
