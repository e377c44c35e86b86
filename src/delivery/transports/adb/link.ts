/** The way to a module through an ADB server: its AT port and its shell. The one file that knows the library for it. */
import { setTimeout } from 'node:timers/promises';
import type { Adb, AdbServerClient, AdbSocket } from '@yume-chan/adb';
import { InputError } from '../../../model/errors.js';
import { largestShellOutputBytes } from '../../../model/limits/module.js';
import { loadOptional } from '../../../model/optional-package.js';
import { quoted } from '../../shell-words.js';
import { openInbox, writeInTime } from '../inbox.js';
import type { ModuleShell, Ran } from '../shell.js';
import type { Connection, Transport } from '../transport.js';
import { allOf, within } from './within.js';

/** A module behind an ADB server. */
export interface AdbLink {
  readonly serial: string;
  readonly transport: Transport;
  readonly shell: ModuleShell;
  /** Ends everything that runs through it. */
  readonly close: () => Promise<void>;
}

/** Where the module is. */
export interface AdbPlace {
  /** Of the ADB server. */
  readonly host: string;
  readonly port: number;
  /** `undefined`: the only one that is there. */
  readonly serial: string | undefined;
}

/** Milliseconds for the ADB server itself to answer. */
const serverPatience = 10_000;

/** Milliseconds in which what came before the end of a connection is read. */
const rest = 500;

/** The library, speaking to the server; every connection ends with the signal. */
async function openLibrary({ host, port }: AdbPlace, ended: AbortSignal) {
  const wanted = {
    names: '@yume-chan/adb @yume-chan/adb-server-node-tcp @yume-chan/stream-extra',
    code: 'adb-missing',
    purpose: 'for a module behind ADB',
    instead: '--via at and --via https work without it',
  } as const;
  const library = await loadOptional(wanted, () => import('@yume-chan/adb'));
  const { AdbServerNodeTcpConnector } = await loadOptional(wanted, () => import('@yume-chan/adb-server-node-tcp'));
  const { pushFile } = await loadOptional(wanted, () => import('./push-file.js'));
  const connector = new AdbServerNodeTcpConnector({ host, port });
  const client = new library.AdbServerClient({
    connect: async ({ unref = false, signal } = {}) => {
      const own = new AbortController();
      signal?.addEventListener('abort', () => own.abort());
      if (signal?.aborted === true) own.abort();
      return await connector.connect({ unref, signal: AbortSignal.any([own.signal, ended]) });
    },
    addReverseTunnel: (...words) => connector.addReverseTunnel(...words),
    removeReverseTunnel: (address) => connector.removeReverseTunnel(address),
    clearReverseTunnels: () => connector.clearReverseTunnels(),
  });
  return { client, pushFile };
}

/** Looks for the module, and ends everything with the signal. Throws InputError where the packages, the server or the module are not there. */
export async function adbLink(place: AdbPlace, signal: AbortSignal): Promise<AdbLink> {
  const end = new AbortController();
  const ended = AbortSignal.any([signal, end.signal]);
  const { client, pushFile } = await openLibrary(place, ended);
  const serial = await find(client, place, ended).catch((error: unknown) => {
    end.abort();
    signal.throwIfAborted();
    throw error;
  });
  let open: Adb | undefined;
  const leave = async (): Promise<void> => {
    const left = open;
    open = undefined;
    if (left !== undefined)
      await within(() => left.close(), { milliseconds: 1000, late: undefined, failed: undefined, ended });
  };
  /** The module as it is there now: after each time that it went away it is another one to the server. */
  const there = async (): Promise<Adb> => {
    open ??= await client.createAdb({ serial });
    return open;
  };
  const run = async (line: string, milliseconds: number): Promise<Ran> => {
    let socket: AdbSocket | undefined;
    const ran = await within<Ran>(
      async () => {
        socket = await (await there()).createSocket(`exec:( ${line} ) 2>&1; echo "dfota:$?"`);
        const torn = socket.closed.then(() => setTimeout(rest, Buffer.alloc(0)));
        const text = (await Promise.race([allOf(socket.readable, largestShellOutputBytes), torn])).toString('latin1');
        const [, said, status] = /^([\s\S]*?)dfota:(\d{1,3})\r?\n$/.exec(text) ?? [];
        return said === undefined ? 'gone' : { status: Number(status), text: said.replaceAll('\r\n', '\n') };
      },
      { milliseconds, late: 'silence', failed: 'gone', ended },
    );
    void socket?.close();
    if (typeof ran === 'string') await leave();
    return ran;
  };
  return {
    serial,
    close: async () => {
      await leave();
      end.abort();
    },
    transport: {
      open: async (milliseconds, device) => {
        await leave();
        const opened = async (): Promise<Connection> =>
          overSocket(await (await there()).createSocket(terminal(device)));
        return await within(opened, { milliseconds, late: undefined, failed: undefined, ended });
      },
    },
    shell: {
      run,
      push: async (path, pieces, milliseconds) => {
        try {
          return await pushFile(await there(), path, pieces, milliseconds);
        } catch (error) {
          await leave();
          return error instanceof Error ? error.message : String(error);
        }
      },
    },
  };
}

/** Both directions of one of the module's own AT ports, as a stream of bytes. */
function terminal(device: string | undefined): string {
  const port = quoted(device ?? '/dev/smd7');
  return `exec:stty -F ${port} raw -echo 2>/dev/null; cat ${port} & reader=$!; cat > ${port}; kill $reader`;
}

function overSocket(socket: AdbSocket): Connection {
  const inbox = openInbox();
  const reader = socket.readable.getReader();
  const writer = socket.writable.getWriter();
  const receive = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      inbox.take(value);
    }
  };
  void receive().then(inbox.end, inbox.end);
  void socket.closed.then(inbox.end, inbox.end);
  return {
    write: (bytes) => writeInTime(inbox, async () => await writer.write(bytes)),
    read: inbox.read,
    close: () => {
      inbox.end();
      void Promise.resolve(socket.close()).catch(() => {});
    },
  };
}

async function find(client: AdbServerClient, { host, port, serial }: AdbPlace, ended: AbortSignal): Promise<string> {
  const devices = await within(() => client.getDevices(['device', 'unauthorized', 'offline']), {
    milliseconds: serverPatience,
    late: undefined,
    failed: undefined,
    ended,
  });
  if (devices === undefined) {
    throw new InputError({
      code: 'adb-server',
      message: `no ADB server answers at ${host}:${port}`,
      remedy: 'start it with: adb start-server (or name it with --adb-server)',
    });
  }
  const usable = devices.filter(({ state }) => state === 'device');
  const [only] = serial === undefined ? usable : usable.filter((device) => device.serial === serial);
  if (only !== undefined && (serial !== undefined || usable.length === 1)) return only.serial;
  const several = serial === undefined && usable.length > 1;
  throw new InputError({
    code: 'adb-device',
    message: several ? 'the ADB server has more than one module' : 'the ADB server has no such module',
    found: devices.map((device) => `${device.serial} (${device.state})`).join(', ') || 'no module at all',
    expected: serial === undefined ? undefined : `${serial} (device)`,
    remedy: several
      ? 'name one with --adb SERIAL'
      : 'look at adb devices; a module gives ADB away only after AT+QCFG="usbcfg" and AT+QADBKEY',
  });
}
