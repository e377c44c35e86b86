/** An ADB server with modules, as far as a client asks: the host protocol over TCP. */
import { createServer, type Socket } from 'node:net';
import { type Daemon, service } from './services.js';

/** A module as the server lists it. */
export interface ListedModule {
  readonly serial: string;
  readonly state: 'device' | 'unauthorized' | 'offline';
  readonly daemon: Daemon;
}

/** A running server. */
export interface HostServer {
  /** `tcp://127.0.0.1:5037`. */
  readonly address: string;
  /** Every request that came. */
  readonly requests: readonly string[];
  readonly stop: () => Promise<void>;
}

const sized = (text: string): string => text.length.toString(16).padStart(4, '0') + text;

/** Starts a server that has those modules. */
export async function startHostServer(modules: readonly ListedModule[]): Promise<HostServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const converse = async (socket: Socket): Promise<void> => {
    const chunks = socket[Symbol.asyncIterator]();
    let rest = Buffer.alloc(0);
    const take = async (length: number): Promise<Buffer> => {
      while (rest.length < length) {
        const next = await chunks.next();
        if (next.done === true) throw new Error('the client went away');
        rest = Buffer.concat([rest, next.value]);
      }
      const taken = rest.subarray(0, length);
      rest = rest.subarray(length);
      return taken;
    };
    const ask = async (): Promise<string> => {
      const text = (await take(Number.parseInt((await take(4)).toString(), 16))).toString();
      requests.push(text);
      return text;
    };
    const fail = (why: string): void => void socket.end(`FAIL${sized(why)}`);
    const request = await ask();
    if (request === 'host:version') return void socket.end(`OKAY${sized('0029')}`);
    if (request === 'host:devices-l') {
      const lines = modules.map(
        ({ serial, state }, at) => `${serial} ${state} product:x model:x device:x transport_id:${at + 1}\n`,
      );
      return void socket.end(`OKAY${sized(lines.join(''))}`);
    }
    if (/^host-transport-id:\d+:wait-for-/.test(request)) return void socket.write('OKAY');
    const [, serial] = /^host:tport:serial:(.*)$/.exec(request) ?? [];
    const [, id] = /^host:transport-id:(\d+)$/.exec(request) ?? [];
    const index = serial === undefined ? Number(id) - 1 : modules.findIndex((each) => each.serial === serial);
    const module = modules[index];
    if (module === undefined) return fail(`device '${serial ?? id}' not found`);
    const number = Buffer.alloc(8);
    number.writeUInt32LE(index + 1);
    socket.write(serial === undefined ? 'OKAY' : Buffer.concat([Buffer.from('OKAY'), number]));
    const wanted = await ask();
    if (wanted === 'host:features') return void socket.end(`OKAY${sized('cmd')}`);
    const started = service(wanted, module.daemon);
    if (started === undefined) return fail('closed');
    socket.write('OKAY');
    started.on('error', () => socket.destroy());
    started.on('close', () => (started.readableEnded ? socket.end() : socket.destroy()));
    started.pipe(socket);
    if (rest.length > 0) started.write(rest);
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      if (!started.destroyed) started.write(next.value);
    }
    started.end();
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    converse(socket).catch(() => socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    address: `tcp://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}
