/** The device's side of the ADB protocol over TCP, for a real ADB server to connect to. */
import { createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Daemon, service } from './services.js';

const version = 0x01000001;
const mostBytes = 256 * 1024;

function message(command: string, first: number, second: number, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(24);
  header.write(command, 0, 'latin1');
  header.writeUInt32LE(first, 4);
  header.writeUInt32LE(second, 8);
  header.writeUInt32LE(data.length, 12);
  header.writeUInt32LE(
    data.reduce((sum, byte) => (sum + byte) >>> 0, 0),
    16,
  );
  header.writeUInt32LE((header.readUInt32LE(0) ^ 0xffffffff) >>> 0, 20);
  return Buffer.concat([header, data]);
}

/** One stream of a connection. */
interface Stream {
  readonly duplex: Duplex;
  /** Lets the next piece go, once the last one was taken. */
  taken: () => void;
}

async function converse(socket: Socket, daemon: Daemon): Promise<void> {
  const streams = new Map<number, Stream>();
  let next = 1;
  let rest = Buffer.alloc(0);
  const send = (...parts: Parameters<typeof message>): void =>
    void (socket.destroyed || socket.write(message(...parts)));
  const carry = async (local: number, remote: number, stream: Stream): Promise<void> => {
    for await (const chunk of stream.duplex) {
      const bytes: Uint8Array = chunk;
      for (let at = 0; at < bytes.length; at += mostBytes) {
        const taken = new Promise<void>((done) => {
          stream.taken = done;
        });
        send('WRTE', local, remote, bytes.subarray(at, at + mostBytes));
        await taken;
      }
    }
  };
  const hear = (command: string, first: number, second: number, data: Buffer): void => {
    if (command === 'CNXN') {
      const banner = 'device::ro.product.name=x;ro.product.model=x;ro.product.device=x;features=cmd';
      send('CNXN', version, mostBytes, Buffer.from(banner));
    }
    if (command === 'OPEN') {
      const duplex = service(data.toString('latin1').replace(/\0$/, ''), daemon);
      if (duplex === undefined) {
        send('CLSE', 0, first);
        return;
      }
      const local = next;
      next += 1;
      const stream: Stream = { duplex, taken: () => {} };
      streams.set(local, stream);
      duplex.on('error', () => {});
      send('OKAY', local, first);
      const close = (): void => {
        if (streams.delete(local)) send('CLSE', local, first);
        // A pulled cable takes everything with it.
        if (daemon.cutAt !== undefined && !duplex.readableEnded) socket.destroy();
      };
      void carry(local, first, stream).then(close, close);
    }
    const stream = streams.get(second);
    if (stream === undefined) return;
    if (command === 'OKAY') stream.taken();
    if (command === 'WRTE') stream.duplex.write(data, () => send('OKAY', second, first));
    if (command === 'CLSE') {
      streams.delete(second);
      stream.taken();
      stream.duplex.destroy();
    }
  };
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 24 && rest.length >= 24 + rest.readUInt32LE(12)) {
      const end = 24 + rest.readUInt32LE(12);
      hear(rest.toString('latin1', 0, 4), rest.readUInt32LE(4), rest.readUInt32LE(8), rest.subarray(24, end));
      rest = rest.subarray(end);
    }
  }
}

/** Listens as a module does that gives ADB away over TCP. */
export async function startDevice(
  daemon: Daemon,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    converse(socket, daemon).catch(() => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}
