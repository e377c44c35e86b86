/** A simulated module on its bus: where it listens, who is connected, and how it leaves and comes back. */
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { systemCode } from '../files/system-error.js';
import type { Faults } from './faults.js';
import { never } from './pace.js';
import { type FaultMemory, openPort, type Port } from './port.js';

/** Where the module listens. */
export interface BusAddress {
  readonly host: string;
  readonly port: number;
}

/** The module's place on the bus. */
export interface Bus {
  readonly address: () => BusAddress;
  /** Whether a host could connect now. */
  readonly isThere: () => boolean;
  /** A line that nobody asked for, to whoever is connected. */
  readonly report: (line: string) => Promise<void>;
  /** The port goes away: connections end, and nobody listens. */
  readonly leave: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
}

/** How the module is on the bus. */
export interface BusRequest extends BusAddress {
  readonly faults: Faults;
  readonly signal: AbortSignal;
  /** A line for people. */
  readonly onEvent: (line: string) => void;
  /** Talks to a host until it goes away. */
  readonly converse: (socket: Socket, port: Port) => Promise<void>;
  /** Takes a step that goes on by itself. */
  readonly background: (step: Promise<unknown>) => void;
}

/** Milliseconds that a host is given to open a port that came back. */
const opening = 250;

/** A place on the bus that the module has not taken yet. */
export function openBus({ host, faults, signal, onEvent, converse, background, port: wanted }: BusRequest): Bus {
  const memory: FaultMemory = { sentBytes: 0, vanished: false, reports: 0 };
  let busy = faults.number('busy-port') ?? 0;
  let leaves = 0;
  let server: Server | undefined;
  let port = wanted;
  let present: { readonly socket: Socket; readonly port: Port } | undefined;

  const accept = async (socket: Socket): Promise<void> => {
    socket.on('error', () => {});
    if (busy > 0 || present !== undefined) {
      busy = Math.max(0, busy - 1);
      socket.destroy();
      return;
    }
    const wire = {
      write: (bytes: Uint8Array) => void (socket.destroyed || socket.write(bytes)),
      drop: () => void socket.end(),
    };
    const own = { socket, port: openPort(wire, faults, memory) };
    present = own;
    socket.on('close', () => {
      if (present === own) present = undefined;
    });
    await converse(socket, own.port);
    socket.destroy();
  };
  return {
    address: () => ({ host, port }),
    isThere: () => server !== undefined,
    report: async (line) => {
      onEvent(`reports ${line}`);
      await present?.port.report(line);
    },
    leave: async () => {
      leaves += 1;
      onEvent('leaves the bus');
      const closing = server;
      server = undefined;
      present?.socket.destroy();
      present = undefined;
      await new Promise<void>((done) => (closing === undefined ? done() : closing.close(() => done())));
    },
    comeBack: async () => {
      if (faults.numbers('never-back').some((number) => number <= leaves && leaves > 0)) {
        onEvent('does not come back');
        await never(signal);
      }
      server = await listen(host, port, (socket) => background(accept(socket)));
      const address = server.address();
      if (typeof address === 'object' && address !== null) port = address.port;
      if (leaves === 0) return;
      // Hosts open a port again at once: what is said first is heard however fast this module is.
      for (let waited = 0; present === undefined && waited < opening && !signal.aborted; waited += 5) {
        await setTimeout(5);
      }
    },
  };
}

async function listen(host: string, port: number, onConnection: (socket: Socket) => void): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    const server = createServer(onConnection);
    try {
      await new Promise<void>((done, failed) => {
        server.once('error', failed);
        server.listen(port, host, done);
      });
      return server;
    } catch (error) {
      if (systemCode(error) !== 'EADDRINUSE' || attempt >= 20) throw error;
      await setTimeout(25);
    }
  }
}
