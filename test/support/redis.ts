/** Debian's redis-server on a free port of this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { freePort } from './nginx.js';

/** A running server, which can be stopped and started again on the same port. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly start: () => Promise<void>;
  /** Ends it at once; what it held in memory alone is lost. */
  readonly kill: () => Promise<void>;
}

/** Starts a server; with a password it answers nobody else. `kept`: it writes each change to the disk. */
export async function startRedis(
  folder: string,
  { password, kept = false }: { readonly password?: string; readonly kept?: boolean } = {},
): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  let child: ChildProcess | undefined;
  const server = {
    url: `redis://127.0.0.1:${port}`,
    port,
    start: async () => {
      const words = [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        '--loglevel',
        'warning',
      ];
      if (kept) words.push('--appendonly', 'yes', '--appendfsync', 'always');
      if (password !== undefined) words.push('--requirepass', password);
      child = spawn('redis-server', words, { stdio: 'ignore' });
      await answers(port);
    },
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
  await server.start();
  return server;
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.destroy();
      return;
    } catch {
      await setTimeout(25);
    }
  }
  throw new Error('redis-server does not start');
}
