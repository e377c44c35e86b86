/** The life of a simulated module: it listens, is updated, leaves and comes back. */
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { makeModule } from '../device/module.js';
import type { ProfileName } from '../device/profile.js';
import { systemCode } from '../files/system-error.js';
import type { BuildContent, OpenBuild } from '../model/build.js';
import { sha1Of } from '../model/digest.js';
import { InputError } from '../model/errors.js';
import { onDevice } from '../model/layout.js';
import { mostRecoveryEntries } from '../model/limits/module.js';
import { largestPackageBytes } from '../model/limits.js';
import { readBytes } from './byte-reader.js';
import { answerCommand, type Settings, type Situation } from './commands.js';
import { download } from './download.js';
import type { Faults } from './faults.js';
import { durations, never, paceOf } from './pace.js';
import { type FaultMemory, openPort, type Port } from './port.js';
import { checkPackage, enterRecovery, keepState, runningVersion, type Unit } from './recovery.js';
import { openStorage } from './storage.js';

/** What to run. */
export interface ModuleRequest {
  readonly firmware: OpenBuild;
  /** The folder in which the module keeps its state. */
  readonly folder: string;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly faults: Faults;
  /** Times faster than a module. */
  readonly speed: number;
  readonly profile: ProfileName;
}

/** Who is told what happens. */
export interface ModuleWatch {
  readonly onListening: (address: { readonly host: string; readonly port: number }) => void;
  /** A line for people. */
  readonly onEvent: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Milliseconds that a host is given to open a port that came back. */
const opening = 250;

/** Switches a module on and lets it live until the signal. Throws InputError for what keeps it from starting. */
export async function runModule(request: ModuleRequest, watch: ModuleWatch): Promise<void> {
  const { faults, host } = request;
  // An end of its own: whatever goes wrong inside ends the whole module.
  const inside = new AbortController();
  const signal = AbortSignal.any([watch.signal, inside.signal]);
  const pace = paceOf(request.speed, signal);
  const { build, content } = changed(request.firmware, faults.word('changed-file'));
  const storage = await openStorage(request.folder, { ...request.firmware, content });
  const module = makeModule(build, { systemFree: faults.number('system-free') });
  const unit: Unit = { module, storage, profile: request.profile, signal };
  let state = (await storage.load()) ?? { flash: module.flash, stage: 'normal', entries: 0 };
  await keepState(unit, state);

  const memory: FaultMemory = { sentBytes: 0, vanished: false, reports: 0 };
  let busy = faults.number('busy-port') ?? 0;
  let cableIn = true;
  let updating = state.stage === 'recovery';
  let leaves = 0;
  let cuts = 0;
  let server: Server | undefined;
  let port = request.port;
  let present: { readonly socket: Socket; readonly port: Port } | undefined;
  let failure: unknown;
  const background = (step: Promise<unknown>): void => {
    step.catch((error: unknown) => {
      if (!signal.aborted) failure = error;
      inside.abort();
    });
  };
  const report = async (line: string): Promise<void> => {
    watch.onEvent(`reports ${line}`);
    await present?.port.report(line);
  };
  const fota = async (word: string, number?: number): Promise<void> => {
    await report(`+QIND: "FOTA","${word}"${number === undefined ? '' : `,${number}`}`);
  };

  /** The port goes away: connections end, and nobody listens. */
  const leave = async (): Promise<void> => {
    leaves += 1;
    watch.onEvent('leaves the bus');
    const closing = server;
    server = undefined;
    present?.socket.destroy();
    present = undefined;
    await new Promise<void>((done) => (closing === undefined ? done() : closing.close(() => done())));
  };
  const comeBack = async (): Promise<void> => {
    if (faults.numbers('never-back').some((number) => number <= leaves && leaves > 0)) {
      watch.onEvent('does not come back');
      await never(signal);
    }
    server = await listen(host, port, (socket) => background(converse(socket)));
    const address = server.address();
    if (typeof address === 'object' && address !== null) port = address.port;
    if (leaves === 0) return;
    // Hosts open a port again at once: what is said first is heard however fast this module is.
    for (let waited = 0; present === undefined && waited < opening && !signal.aborted; waited += 5) await setTimeout(5);
  };
  const situation = async (): Promise<Situation> => {
    const version = await runningVersion(unit, state.flash);
    return {
      storage,
      faults,
      project: version?.project ?? 'unknown',
      revision: version?.revision ?? 'unknown',
      usrdataFree: faults.number('usrdata-free') ?? 128 * 2 ** 20,
      drop: () => {
        cableIn = false;
        background(
          leave()
            .then(() => pace(1))
            .then(comeBack),
        );
      },
      cableIn: () => cableIn,
      isUpdating: () => updating,
      startUpdate: () => {
        updating = true;
        background(update());
      },
      startDownload: (url) => {
        updating = true;
        background(downloadAndUpdate(url));
      },
      restart: () => background(restart()),
    };
  };
  const converse = async (socket: Socket): Promise<void> => {
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
    const settings: Settings = { echo: faults.word('echo') !== 'off', errors: 1 };
    const reader = readBytes(socket);
    for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
      if (state.stage === 'normal') await answerCommand(line, reader, own.port, settings, await situation());
    }
    socket.destroy();
  };
  const ready = async (): Promise<void> => {
    await pace(durations.ready);
    await report('RDY');
    await report('PB DONE');
  };
  const restart = async (): Promise<void> => {
    await leave();
    await pace(durations.away);
    await comeBack();
    await ready();
  };
  const downloadAndUpdate = async (url: URL): Promise<void> => {
    await fota('HTTPSTART');
    const free = faults.number('usrdata-free') ?? largestPackageBytes;
    const code = await download(url, storage.packagePath, free, faults, signal);
    await fota('HTTPEND', code);
    if (code === 0) await update();
    else updating = false;
  };
  const update = async (): Promise<void> => {
    const told = faults.number('end-code');
    const refused =
      told === undefined
        ? await checkPackage(unit, state.flash, faults.number('usrdata-free'))
        : { code: told, message: 'as the fault says' };
    if (refused !== undefined) {
      watch.onEvent(`refuses the package: ${refused.message}`);
      await fota('END', refused.code);
      updating = false;
      return;
    }
    state = { ...state, stage: 'recovery', entries: 0 };
    await keepState(unit, state);
    await pace(durations.leaving);
    await leave();
    await recover();
  };
  /** Enters the recovery until the package is through, or was tried as often as the module does. */
  const recover = async (): Promise<void> => {
    const silent = faults.has('lost-reports');
    for (let ended = false; !ended; ) {
      state = { ...state, entries: state.entries + 1 };
      await keepState(unit, state);
      watch.onEvent(`enters recovery, for the ${state.entries}. time`);
      await pace(durations.away);
      await comeBack();
      await pace(durations.beforeStart);
      if (!silent && !faults.has('lost-start')) await fota('START');
      const cutAt = faults.numbers('power-cut')[cuts];
      const entered = faults.has('old-version')
        ? { code: 0, message: undefined, percentages: [0, 50, 100] }
        : await enterRecovery(unit, state, cutAt);
      if (cutAt !== undefined) cuts += 1;
      for (const percent of entered.percentages) {
        await pace(durations.report);
        if (!silent) await fota('UPDATING', percent);
      }
      if (entered.code === undefined) watch.onEvent('loses its power');
      else {
        if (entered.message !== undefined) watch.onEvent(`the update stops: ${entered.message}`);
        if (!silent && !faults.has('lost-end')) await fota('END', entered.code);
        await pace(durations.leaving);
      }
      await leave();
      ended = entered.code !== undefined || state.entries >= mostRecoveryEntries;
      const { entries } = state;
      state = { ...((await storage.load()) ?? state), entries };
    }
    state = { ...state, stage: 'normal', entries: 0 };
    await keepState(unit, state);
    await pace(durations.away);
    updating = false;
    await comeBack();
    await ready();
  };

  try {
    if (state.stage === 'normal') await comeBack();
    else {
      background(recover());
      while (server === undefined && !signal.aborted) await setTimeout(5);
    }
    watch.onListening({ host, port });
    await new Promise<void>((ended) => {
      if (signal.aborted) ended();
      else signal.addEventListener('abort', () => ended());
    });
  } finally {
    inside.abort();
    await leave();
  }
  if (failure !== undefined) throw failure;
}

/** The firmware with one file of another content. */
function changed({ build, content }: OpenBuild, device: string | undefined): OpenBuild {
  if (device === undefined) return { build, content };
  const entries = new Map(build.entries);
  for (const [path, entry] of entries) {
    if (entry.kind !== 'file' || onDevice(path) !== device) continue;
    entries.set(path, { ...entry, content: { size: 0, sha1: sha1Of(new Uint8Array()) } });
    const read: BuildContent['read'] = async (wanted) =>
      wanted === path ? new Uint8Array() : await content.read(wanted);
    return { build: { ...build, entries }, content: { ...content, read } };
  }
  throw new InputError({
    code: 'module-fault',
    message: 'the firmware has no such file',
    found: device,
    expected: 'a file of /system, such as /system/build.prop',
  });
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
