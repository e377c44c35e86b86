/** How a simulated module is updated: download, check, recovery, and what it reports of each. */
import { mostRecoveryEntries } from '../model/limits/module.js';
import { largestPackageBytes } from '../model/limits.js';
import type { Bus } from './bus.js';
import { download, ftpCodes } from './download.js';
import type { Faults } from './faults.js';
import { durations, type Pace } from './pace.js';
import { checkPackage, enterRecovery, keepState, type Unit } from './recovery.js';
import type { ModuleState } from './storage.js';

/** What a module is in the middle of. */
export interface Life {
  state: ModuleState;
  updating: boolean;
}

/** What an update goes through. */
export interface UpdateRequest {
  readonly unit: Unit;
  readonly life: Life;
  readonly bus: Bus;
  readonly faults: Faults;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** A line for people. */
  readonly onEvent: (line: string) => void;
}

/** The updates of one module. */
export interface Updates {
  /** The package lies where the recovery takes it from. */
  readonly update: () => Promise<void>;
  readonly downloadAndUpdate: (url: URL) => Promise<void>;
  /** Enters the recovery until the package is through, or was tried as often as the module does. */
  readonly recover: () => Promise<void>;
  readonly restart: () => Promise<void>;
}

/** The updates of a module on its bus. */
export function updatesOf({ unit, life, bus, faults, pace, signal, onEvent }: UpdateRequest): Updates {
  let cuts = 0;
  const fota = async (word: string, number?: number): Promise<void> => {
    await bus.report(`+QIND: "FOTA","${word}"${number === undefined ? '' : `,${number}`}`);
  };
  const ready = async (): Promise<void> => {
    await pace(durations.ready);
    await bus.report('RDY');
    await bus.report('PB DONE');
  };
  /** One entry; says whether it came to an end. */
  const enter = async (): Promise<boolean> => {
    const silent = faults.has('lost-reports');
    life.state = { ...life.state, entries: life.state.entries + 1 };
    await keepState(unit, life.state);
    onEvent(`enters recovery, for the ${life.state.entries}. time`);
    await pace(durations.away);
    await bus.comeBack();
    await pace(durations.beforeStart);
    if (!silent && !faults.has('lost-start')) await fota('START');
    const cutAt = faults.numbers('power-cut')[cuts];
    const entered = faults.has('old-version')
      ? { code: 0, message: undefined, percentages: [0, 50, 100] }
      : await enterRecovery(unit, life.state, cutAt);
    if (cutAt !== undefined) cuts += 1;
    for (const percent of entered.percentages) {
      await pace(durations.report);
      if (!silent) await fota('UPDATING', percent);
    }
    if (entered.code === undefined) onEvent('loses its power');
    else {
      if (entered.message !== undefined) onEvent(`the update stops: ${entered.message}`);
      if (!silent && !faults.has('lost-end')) await fota('END', entered.code);
      await pace(durations.leaving);
    }
    await bus.leave();
    return entered.code !== undefined;
  };
  const recover = async (): Promise<void> => {
    for (let ended = false; !ended; ) {
      ended = (await enter()) || life.state.entries >= mostRecoveryEntries;
      const { entries } = life.state;
      life.state = { ...((await unit.storage.load()) ?? life.state), entries };
    }
    life.state = { ...life.state, stage: 'normal', entries: 0 };
    await keepState(unit, life.state);
    await pace(durations.away);
    life.updating = false;
    await bus.comeBack();
    await ready();
  };
  const update = async (): Promise<void> => {
    const told = faults.number('end-code');
    const refused =
      told === undefined
        ? await checkPackage(unit, life.state.flash, faults.number('usrdata-free'))
        : { code: told, message: 'as the fault says' };
    if (refused !== undefined) {
      onEvent(`refuses the package: ${refused.message}`);
      await fota('END', refused.code);
      life.updating = false;
      return;
    }
    life.state = { ...life.state, stage: 'recovery', entries: 0 };
    await keepState(unit, life.state);
    await pace(durations.leaving);
    await bus.leave();
    await recover();
  };
  return {
    update,
    recover,
    downloadAndUpdate: async (url) => {
      if (url.protocol === 'ftp:') {
        await fota('FTPSTART');
        onEvent('knows no FTP: the download ends as without a network');
        await fota('FTPEND', faults.has('download-timeout') ? ftpCodes.timedOut : ftpCodes.failed);
        life.updating = false;
        return;
      }
      await fota('HTTPSTART');
      const free = faults.number('usrdata-free') ?? largestPackageBytes;
      const code = await download(url, unit.storage.packagePath, free, faults, signal);
      await fota('HTTPEND', code);
      if (code === 0) await update();
      else life.updating = false;
    },
    restart: async () => {
      await bus.leave();
      await pace(durations.away);
      await bus.comeBack();
      await ready();
    },
  };
}
