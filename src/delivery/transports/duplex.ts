/** A stream of bytes in both directions as a connection. */
import type { Duplex } from 'node:stream';
import type { Connection } from './transport.js';

/** Takes over a stream that is open. */
export function overDuplex(stream: Duplex): Connection {
  const chunks: Uint8Array[] = [];
  let gone = false;
  let wake: (() => void) | undefined;
  const tell = (): void => wake?.();
  stream.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk);
    tell();
  });
  const end = (): void => {
    gone = true;
    tell();
  };
  stream.on('error', end);
  stream.on('end', end);
  stream.on('close', end);
  return {
    write: (bytes) =>
      new Promise((done) => {
        if (gone || stream.destroyed) done();
        else stream.write(bytes, () => done());
      }),
    read: async (milliseconds) => {
      if (chunks.length === 0 && !gone) {
        await new Promise<void>((over) => {
          const timer = setTimeout(over, milliseconds);
          wake = () => {
            clearTimeout(timer);
            over();
          };
        });
        wake = undefined;
      }
      return chunks.shift() ?? (gone ? 'gone' : 'nothing');
    },
    close: () => void stream.destroy(),
  };
}
