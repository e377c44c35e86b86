/** The life of a simulated module: it is switched on, answers on its port, is updated, and lives until the signal. */
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { makeModule } from '../device/module.js';
import type { ProfileName } from '../device/profile.js';
import type { OpenBuild } from '../model/build.js';
import { type BusAddress, openBus } from './bus.js';
import { readBytes } from './byte-reader.js';
import { withChangedFile } from './changed-file.js';
import { answerCommand, type Settings, type Situation } from './commands.js';
import type { Faults } from './faults.js';
import { paceOf } from './pace.js';
import type { Port } from './port.js';
import { keepState, runningVersion, type Unit } from './recovery.js';
import { openStorage } from './storage.js';
import { type Life, updatesOf } from './updates.js';

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
  readonly onListening: (address: BusAddress) => void;
  /** A line for people. */
  readonly onEvent: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Free space of usrdata where no fault says otherwise. */
const usrdataBytes = 128 * 2 ** 20;

/** Switches a module on and lets it live until the signal. Throws InputError for what keeps it from starting. */
export async function runModule(request: ModuleRequest, watch: ModuleWatch): Promise<void> {
  const { faults } = request;
  const { onEvent } = watch;
  // An end of its own: whatever goes wrong inside ends the whole module.
  const inside = new AbortController();
  const signal = AbortSignal.any([watch.signal, inside.signal]);
  const pace = paceOf(request.speed, signal);
  const { build, content } = withChangedFile(request.firmware, faults.word('changed-file'));
  const storage = await openStorage(request.folder, { ...request.firmware, content });
  const module = makeModule(build, { systemFree: faults.number('system-free') });
  const unit: Unit = { module, storage, profile: request.profile, signal };
  const state = (await storage.load()) ?? { flash: module.flash, stage: 'normal', entries: 0 };
  const life: Life = { state, updating: state.stage === 'recovery' };
  await keepState(unit, state);

  let cableIn = true;
  let failure: unknown;
  const background = (step: Promise<unknown>): void => {
    step.catch((error: unknown) => {
      if (!signal.aborted) failure = error;
      inside.abort();
    });
  };
  const pullCable = async (): Promise<void> => {
    await bus.leave();
    await pace(1);
    await bus.comeBack();
  };
  const situation = async (): Promise<Situation> => {
    const version = await runningVersion(unit, life.state.flash);
    const updateBy = (step: Promise<void>): void => {
      life.updating = true;
      background(step);
    };
    return {
      storage,
      faults,
      project: version?.project ?? 'unknown',
      revision: version?.revision ?? 'unknown',
      usrdataFree: faults.number('usrdata-free') ?? usrdataBytes,
      drop: () => {
        cableIn = false;
        background(pullCable());
      },
      cableIn: () => cableIn,
      isUpdating: () => life.updating,
      startUpdate: () => updateBy(updates.update()),
      startDownload: (url) => updateBy(updates.downloadAndUpdate(url)),
      restart: () => background(updates.restart()),
    };
  };
  const converse = async (socket: Socket, port: Port): Promise<void> => {
    const settings: Settings = { echo: faults.word('echo') !== 'off', errors: 1 };
    const reader = readBytes(socket);
    for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
      if (life.state.stage === 'normal') await answerCommand(line, reader, port, settings, await situation());
    }
  };
  const bus = openBus({ host: request.host, port: request.port, faults, signal, onEvent, converse, background });
  const updates = updatesOf({ unit, life, bus, faults, pace, signal, onEvent });
  try {
    if (state.stage === 'normal') await bus.comeBack();
    else {
      background(updates.recover());
      while (!bus.isThere() && !signal.aborted) await setTimeout(5);
    }
    watch.onListening(bus.address());
    await new Promise<void>((ended) => {
      if (signal.aborted) ended();
      else signal.addEventListener('abort', () => ended());
    });
  } finally {
    inside.abort();
    await bus.leave();
  }
  if (failure !== undefined) throw failure;
}
