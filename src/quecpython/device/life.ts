/** The life of a device that gets an update: files are put into place, it starts anew, and the power may go after every change. */

import { mostQuecpythonStarts } from '../../model/limits/quecpython.js';
import { type Flash, type FlashState, flashOf, makeFolders, plainPath } from './flash.js';
import { removeListed, start } from './start.js';

/** Files by absolute path. */
export type DeviceFiles = ReadonlyMap<string, Uint8Array>;

/** A device: `/usr` and `/bak` with their files. */
export function deviceOf(files: DeviceFiles): FlashState {
  const flash = flashOf(new Map());
  for (const folder of ['/usr', '/bak']) makeFolders(flash, folder);
  for (const [path, bytes] of files) {
    makeFolders(flash, path.slice(0, path.lastIndexOf('/')));
    flash.write(path, bytes);
  }
  return new Map(flash.state());
}

/** What came of an update. */
export interface Outcome {
  readonly files: DeviceFiles;
  readonly starts: number;
  /** Files that the restore put back at the last start, when nothing was left to do. */
  readonly restored: readonly string[];
}

/** Puts what was fetched into place: what is there already, whole, stays. */
function stage(flash: Flash, staged: DeviceFiles): void {
  for (const [path, bytes] of staged) {
    if (flash.exists(path) && Buffer.compare(flash.read(path), bytes) === 0) continue;
    makeFolders(flash, path.slice(0, path.lastIndexOf('/')));
    flash.write(path, bytes);
  }
}

/** Goes on from a state until nothing is left to do: starts, and a last start that has to change nothing. */
function goOn(
  state: FlashState,
  staged: DeviceFiles,
  isStaged: boolean,
  changed: (state: FlashState) => void,
): Outcome {
  const flash = flashOf(state, changed);
  let starts = 0;
  if (!isStaged) stage(flash, staged);
  for (let done = false; !done && starts < mostQuecpythonStarts; starts += 1) {
    const { update } = start(flash);
    if (update !== 'failed' || !flash.exists('/usr/.updater/update.flag')) removeListed(flash);
    done = update !== 'failed';
  }
  const { restored } = start(flash);
  const files = new Map<string, Uint8Array>();
  for (const [path, bytes] of flash.state()) if (bytes !== undefined) files.set(path, bytes);
  return { files, starts: starts + 1, restored };
}

/** An update without a power cut, and what came of it with one after each change. `staged` is by absolute path, the flag last. */
export function* lives(device: FlashState, staged: DeviceFiles): Generator<Outcome> {
  const states: { readonly state: FlashState; readonly isStaged: boolean }[] = [];
  const flag = plainPath([...staged.keys()].at(-1) ?? '');
  let isStaged = false;
  yield goOn(device, staged, false, (state) => {
    isStaged ||= state.has(flag);
    states.push({ state: new Map(state), isStaged });
  });
  for (const { state, isStaged: wasStaged } of states) {
    const flash = flashOf(state);
    // The device starts first; where the files were not all there, whoever brings them begins again.
    if (!wasStaged) start(flash);
    const { starts, ...outcome } = goOn(flash.state(), staged, wasStaged, () => {});
    yield { ...outcome, starts: starts + (wasStaged ? 0 : 1) };
  }
}

/** What the restore puts back at a start, and at the one after it. */
export function restoreFrom(state: FlashState): readonly (readonly string[])[] {
  const flash = flashOf(state);
  return [start(flash).restored, start(flash).restored];
}
