import { compareBytes } from '../../model/path.js';
import { find } from '../machine.js';
import { listDirectory, makeLink, makeParents, openFile, removeTree, rename, unlink } from '../posix.js';
import { isKnownAbsent, noteReach } from '../reach.js';
import { type DeviceFunction, failed, NotSimulated, no, type Runtime, ScriptAbort } from '../runtime.js';
import { expectArguments } from './text.js';

const remove: DeviceFunction = async (runtime, call) => {
  let removed = 0;
  for (const path of await call.texts()) {
    const error = unlink(runtime.machine, path);
    if (error === undefined) removed++;
    else if (error !== 'ENOENT') runtime.print(`delete: ${path}: ${error}`);
  }
  return `${removed}`;
};

const removeRecursive: DeviceFunction = async (runtime, call) => {
  let removed = 0;
  for (const path of await call.texts()) {
    if (removeTree(runtime.machine, path) === undefined) removed++;
  }
  return `${removed}`;
};

const symlink: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1, Number.POSITIVE_INFINITY);
  const { machine, profile } = runtime;
  const [target = '', ...links] = await call.texts();
  let bad = 0;
  for (const link of links) {
    const removed = unlink(machine, link);
    if (removed !== undefined && removed !== 'ENOENT') {
      runtime.print(`symlink: failed to remove ${link}: ${removed}`);
      bad++;
      continue;
    }
    const parents = profile.symlinkMakesParents ? makeParents(machine, link, 0o700) : undefined;
    const made = parents ?? makeLink(machine, target, link);
    if (made !== undefined) {
      runtime.print(`symlink: failed to symlink ${link} to ${target}: ${made}`);
      bad++;
    }
  }
  if (bad > 0) throw new ScriptAbort(`symlink: some symlinks failed (${bad} of ${links.length})`);
  return no;
};

const renameOnce: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 2);
  const [from = '', to = ''] = await call.texts();
  if (from === '' || to === '') throw new ScriptAbort('rename(): an empty name');
  const { machine, profile } = runtime;
  const parents = profile.renameRepeats ? makeParents(machine, to, 0o700) : undefined;
  const there = (path: string): boolean => typeof find(machine, path) !== 'string';
  if (parents === undefined && profile.renameRepeats && there(to) && !there(from)) return to;
  const error = parents ?? rename(machine, from, to);
  if (error !== undefined) throw new ScriptAbort(`rename of ${from} to ${to} failed: ${error}`);
  return to;
};

/**
 * Programs cannot be simulated: one that is known to be missing gives the status that the device gives; one that is allowed
 * counts as one that worked and changed nothing; any other ends the proof.
 */
const runProgram: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1, Number.POSITIVE_INFINITY);
  const [path = ''] = await call.texts();
  const { machine, allowedPrograms } = runtime;
  if (allowedPrograms.has(path)) {
    runtime.note(`run_program("${path}") is taken to work and to change nothing, as the user allows it`);
    return '0';
  }
  if (typeof openFile(machine, path) === 'string' && isKnownAbsent(machine, path)) {
    failed(runtime, `run_program: cannot execute ${path}`);
    return '256';
  }
  const why = `runs ${path}: what a program does cannot be proved`;
  noteReach(machine, 'program', path, why);
  throw new NotSimulated(`run_program("${path}") ${why} (--allow-program ${path}, if it is known to do no harm)`);
};

/**
 * Files directly in /cache that the updater may delete to make room; never the saved source. The newer ones give up when the
 * first file is not enough, and delete all of them when it is.
 */
export function makeRoomInCache(runtime: Runtime, needed: number, free: () => number | string): boolean {
  const enough = (): boolean => {
    const bytes = free();
    return typeof bytes === 'number' && bytes >= needed;
  };
  if (enough()) return true;
  const loose = listDirectory(runtime.machine, '/cache');
  // the newer ones go by the names, the others as the file system lists them
  const byName = runtime.profile.cacheRoom === 'first-must-do';
  for (const { name, inode } of byName ? [...loose].sort((a, b) => compareBytes(a.name, b.name)) : loose) {
    if (inode.kind !== 'file' || name === 'saved.file') continue;
    unlink(runtime.machine, `/cache/${name}`);
    runtime.print(`deleted /cache/${name} to make room`);
    if (runtime.profile.cacheRoom === 'first-must-do') {
      if (!enough()) return false;
    } else if (enough()) return true;
  }
  return enough();
}

/** The functions about names. */
export const fileFunctions: Readonly<Record<string, DeviceFunction>> = {
  delete: remove,
  delete_recursive: removeRecursive,
  symlink,
  rename: renameOnce,
  run_program: runProgram,
};
