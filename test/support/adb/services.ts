/** What an ADB daemon on a module does, written from the protocol's public description; its AT port is a simulated module's TCP port. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Duplex, PassThrough } from 'node:stream';

/** A module's file system as a folder, and where its AT port leads. */
export interface Daemon {
  /** The folder that stands for `/`. */
  readonly root: string;
  /** TCP port of the AT port. */
  readonly at: number;
  /** Bytes after which a push is cut off, and the whole connection with it. */
  readonly cutAt?: number | undefined;
  /** A byte of what is pushed is written wrong. */
  readonly flips?: boolean | undefined;
  /** Every line that a shell was given. */
  readonly lines: string[];
}

/** A module's folder: files of its root file system, AT ports, and the storage of the simulated module. */
export function makeRoot(root: string, storage: string, files: Readonly<Record<string, Uint8Array>>): string {
  for (const folder of ['dev', 'etc', 'usrdata/cache']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'dev/smd7'), '');
  writeFileSync(join(root, 'dev/smd11'), '');
  symlinkSync(storage, join(root, 'usrdata/cache/ufs'));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), bytes);
  }
  return root;
}

/** Starts a service; `undefined` for one that is not known. */
export function service(name: string, daemon: Daemon): Duplex | undefined {
  if (name.startsWith('exec:') && name.includes('reader=$!')) return terminal(daemon);
  if (name.startsWith('exec:')) return shell(name.slice('exec:'.length), daemon);
  return name === 'sync:' ? sync(daemon) : undefined;
}

function terminal({ at }: Daemon): Duplex {
  const socket = connect(at, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

function shell(line: string, { root, lines }: Daemon): Duplex {
  lines.push(line);
  // Every path of the module is quoted; a real shell runs the rest as it is.
  const child = spawn('sh', ['-c', line.replaceAll("'/", `'${root}/`)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = new PassThrough();
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    text += String(chunk);
  });
  child.on('close', () => said.end(text.replaceAll(root, '')));
  return Duplex.from({ readable: said, writable: new PassThrough().resume() });
}

function sync(daemon: Daemon): Duplex {
  const answers = new PassThrough();
  const requests = new PassThrough();
  const own = Duplex.from({ readable: answers, writable: requests });
  void serveSync(requests, answers, daemon).then(
    () => answers.end(),
    () => own.destroy(),
  );
  return own;
}

async function serveSync(requests: PassThrough, answers: PassThrough, daemon: Daemon): Promise<void> {
  let rest = Buffer.alloc(0);
  const chunks = requests[Symbol.asyncIterator]();
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
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  for (;;) {
    const id = (await take(4)).toString('latin1');
    const length = (await take(4)).readUInt32LE();
    if (id === 'QUIT') return;
    if (id !== 'SEND') throw new Error(`no such request: ${id}`);
    const [path = ''] = (await take(length)).toString().split(',');
    const file = createWriteStream(join(daemon.root, path));
    const opened = new Promise<string | undefined>((done) => {
      file.on('open', () => done(undefined));
      file.on('error', (error) => done(error.message));
    });
    let size = 0;
    for (;;) {
      const piece = (await take(4)).toString('latin1');
      const value = (await take(4)).readUInt32LE();
      if (piece === 'DONE') break;
      const bytes = Buffer.from(await take(value));
      size += bytes.length;
      if (daemon.cutAt !== undefined && size >= daemon.cutAt) throw new Error('the cable was pulled');
      if (daemon.flips === true) bytes[0] = (bytes[0] ?? 0) ^ 1;
      file.write(bytes);
    }
    const failed = await opened;
    await new Promise<void>((done) => (failed === undefined ? file.end(done) : done()));
    const words = Buffer.from(failed ?? '');
    answers.write(Buffer.concat([Buffer.from(failed === undefined ? 'OKAY' : 'FAIL'), number(words.length), words]));
  }
}
