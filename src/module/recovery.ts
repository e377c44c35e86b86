/** The module's check of a package, and its recovery: the simulated device, run on what the module holds. */
import { openContentStore } from '../device/content.js';
import { EdifySyntaxError } from '../device/edify/syntax.js';
import { freeBytes } from '../device/file-system.js';
import { type Flash, find, nodeAt } from '../device/machine.js';
import { type Module, powerOn } from '../device/module.js';
import {
  checkVersion,
  codeOfUnreadable,
  deviceCodes,
  PackageRefused,
  readScript,
  testEntries,
} from '../device/package.js';
import { mapGet } from '../device/persistent-map.js';
import { type ProfileName, profileOf } from '../device/profile.js';
import { type Attempt, type Installation, PowerCut, startPackage } from '../device/run.js';
import { NotSimulated } from '../device/runtime.js';
import { openPackage, type PackageReader, UnreadablePackage } from '../device/zip-reader.js';
import type { ProjectVersion } from '../model/build.js';
import { mostVisits } from '../model/limits/device.js';
import { fromBytes } from '../model/path.js';
import type { ModuleState, Storage } from './storage.js';

/** A module and what it runs packages with. */
export interface Unit {
  readonly module: Module;
  readonly storage: Storage;
  readonly profile: ProfileName;
  readonly signal: AbortSignal;
}

/** How one entry into the recovery ended. */
export interface Entered {
  /** What END reports; `undefined` when the power went before that. */
  readonly code: number | undefined;
  readonly message: string | undefined;
  /** What UPDATING reports, in order. */
  readonly percentages: readonly number[];
}

/** A file of /system on the flash; `undefined` where there is none. */
async function systemFile(unit: Unit, flash: Flash, path: string): Promise<Uint8Array | undefined> {
  const fs = mapGet(flash.volumes, '/system');
  if (fs === undefined) return undefined;
  // The running firmware has it mounted.
  const machine = powerOn(unit.module, flash, () => {}, mostVisits);
  const at = find(machine, '/system');
  if (typeof at === 'string') return undefined;
  machine.mounts = new Map([...machine.mounts, [at.ino, '/system']]);
  const found = find(machine, path);
  if (typeof found === 'string') return undefined;
  const node = nodeAt(machine, found);
  if (node.kind !== 'file') return undefined;
  return await openContentStore(unit.storage.content, noPackage).bytes(node.content);
}

/** What stands for a package where none is read. */
const noPackage: Pick<PackageReader, 'read'> = {
  read: async (name) => {
    throw new Error(`no package to read ${name} from`);
  },
};

/** Which firmware runs: what its own version file says. */
export async function runningVersion(unit: Unit, flash: Flash): Promise<ProjectVersion | undefined> {
  const bytes = await systemFile(unit, flash, '/system/etc/quectel-project-version');
  if (bytes === undefined) return undefined;
  const text = fromBytes(bytes);
  const line = (label: RegExp): string | undefined => label.exec(text)?.[1]?.trim();
  return {
    bytes: text,
    project: line(/^[ \t]*Project[ \t]+Name[ \t]*:(.*)$/im),
    revision: line(/^[ \t]*Project[ \t]+Rev[ \t]*:(.*)$/im),
  };
}

/** Writes the module's state; all that it names lies in its folder already, or in the firmware. */
export async function keepState(unit: Unit, state: ModuleState): Promise<void> {
  await unit.storage.save(state, openContentStore(unit.storage.content, noPackage));
}

/** What the module makes of the package before it leaves the bus: 0, or the code that END reports. */
export async function checkPackage(
  unit: Unit,
  flash: Flash,
  usrdataFree: number | undefined,
): Promise<Refusal | undefined> {
  return await withPackage(unit, async (reader) => {
    const entries = await testEntries(reader, unit.signal);
    const unpacked = [...entries.values()].reduce((sum, { content }) => sum + content.size, 0);
    if (usrdataFree !== undefined && reader.size + unpacked > usrdataFree) {
      throw new PackageRefused(
        deviceCodes.tooLarge,
        `${reader.size + unpacked} bytes, ${usrdataFree} are free in usrdata`,
      );
    }
    await checkVersion(reader, await runningVersion(unit, flash));
    await readScript(reader, profileOf(unit.profile));
    return undefined;
  });
}

/** Why a package is not started. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
}

async function withPackage<T>(unit: Unit, use: (reader: PackageReader) => Promise<T>): Promise<T | Refusal> {
  let reader: PackageReader | undefined;
  try {
    reader = await openPackage(unit.storage.packagePath);
    return await use(reader);
  } catch (error) {
    if (error instanceof UnreadablePackage) return { code: codeOfUnreadable(error), message: error.message };
    if (error instanceof PackageRefused) return { code: error.code, message: error.message };
    if (error instanceof EdifySyntaxError || error instanceof NotSimulated) {
      return { code: deviceCodes.exitedAbnormally, message: error.message };
    }
    throw error;
  } finally {
    await reader?.close();
  }
}

/**
 * Enters the recovery once: applies the package to the flash, up to its end or to a power cut at a percentage of its changes, and
 * keeps the module's state: load it to go on.
 */
export async function enterRecovery(
  unit: Unit,
  state: ModuleState,
  cutAtPercent: number | undefined,
): Promise<Entered> {
  const entered = await withPackage(unit, async (reader) => {
    const script = await readScript(reader, profileOf(unit.profile));
    const entries = await testEntries(reader, unit.signal);
    const store = openContentStore(unit.storage.content, reader, { entries });
    const installation: Installation = {
      module: unit.module,
      script,
      entries,
      store,
      profile: profileOf(unit.profile),
      property: () => Promise.resolve(undefined),
      allowedPrograms: new Set(),
      signal: unit.signal,
      mostVisits,
    };
    const attempt = await runTo(installation, state.flash, cutAtPercent);
    const cut = attempt.status === 'power-cut';
    const result: Entered = {
      code: cut ? undefined : attempt.code,
      message: attempt.message,
      percentages: attempt.progress,
    };
    await unit.storage.save({ ...state, flash: attempt.flash, stage: cut ? 'recovery' : 'normal' }, store);
    return result;
  });
  if ('percentages' in entered) return entered;
  await keepState(unit, { ...state, stage: 'normal' });
  return { code: entered.code, message: entered.message, percentages: [] };
}

/** One start of the package; with a cut, a run before it tells how many changes there are. */
async function runTo(installation: Installation, flash: Flash, percent: number | undefined): Promise<Attempt> {
  if (percent === undefined) return await startPackage(installation, flash);
  let changes = 0;
  const whole = await startPackage(installation, flash, {
    onEffect: () => {
      changes += 1;
    },
  });
  const last = Math.max(1, Math.ceil((changes * percent) / 100));
  if (changes === 0) return whole;
  let count = 0;
  return await startPackage(installation, flash, {
    onEffect: (after, effect) => {
      count += 1;
      if (count === last) throw new PowerCut(after, effect);
    },
  });
}

/** Free bytes on /system. */
export function systemFree(flash: Flash): number {
  const fs = mapGet(flash.volumes, '/system');
  return fs === undefined ? 0 : freeBytes(fs);
}
