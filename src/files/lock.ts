/**
 * A lock: a file that says which process is at work. The lock of a process that is gone is taken over, so that a run which was killed
 * blocks nobody; of any other the user is told who holds it.
 */

import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Code } from '../model/codes.js';
import { InputError } from '../model/errors.js';
import { mostLockRounds } from '../model/limits/explain.js';
import { type Holder, holderOf, isGone, parseHolder, printHolder } from './lock-holder.js';
import { asOutputError, systemCode } from './system-error.js';
import { adoptTemporary, keepTemporary } from './temporary.js';

/** Between two rounds, in milliseconds. */
const waiting = 10;

/** A lock, and how it is told. */
export interface Lock {
  readonly file: string;
  /** Of the error when another process holds it. */
  readonly code: Code;
  /** What the holder does: `adding to this archive`. */
  readonly doing: string;
}

/**
 * Runs a step while no other process holds the lock. A lock of a process of this host that is gone is taken over.
 * Throws InputError, which names the holder, when another one has it.
 */
export async function withLock<T>(lock: Lock, step: () => Promise<T>): Promise<T> {
  const mine = printHolder(await holderOf(process.pid));
  try {
    await take(lock, mine);
  } catch (error) {
    throw asOutputError(error, lock.file);
  }
  // A process that must end at once takes it away.
  adoptTemporary(lock.file);
  try {
    return await step();
  } finally {
    keepTemporary(lock.file);
    // Whoever took it over by hand keeps it.
    if ((await textOf(lock.file)) === mine) await rm(lock.file, { force: true });
  }
}

async function take(lock: Lock, mine: string): Promise<void> {
  const { file } = lock;
  for (let round = 0; round < mostLockRounds; round += 1) {
    if (await create(file, mine)) return;
    const text = await textOf(file);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder === undefined || !(await isGone(holder))) throw held(lock, holder);
    await takeAway(file, text, mine);
  }
  throw held(lock, undefined);
}

/** Makes the lock with its text at once, so that nobody reads half of it. Returns false when there is one. */
async function create(lock: string, text: string): Promise<boolean> {
  const own = `${lock}.${randomUUID()}`;
  try {
    await writeFile(own, text);
    await link(own, lock);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? '')) throw error;
    return await createWithoutLink(lock, text);
  } finally {
    await rm(own, { force: true });
  }
}

/** For file systems without hard links, such as FAT. */
async function createWithoutLink(lock: string, text: string): Promise<boolean> {
  try {
    await writeFile(lock, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a left lock away. Who does holds a second lock, so that none takes away what another one has made since. */
async function takeAway(lock: string, left: string, mine: string): Promise<void> {
  const guard = `${lock}.takeover`;
  if (!(await create(guard, mine))) {
    const holder = parseHolder((await textOf(guard)) ?? mine);
    if (holder === undefined || (await isGone(holder))) await rm(guard, { force: true });
    else await setTimeout(waiting);
    return;
  }
  try {
    if ((await textOf(lock)) === left) await rm(lock, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function held({ file, code, doing }: Lock, holder: Holder | undefined): InputError {
  const place = { file };
  if (holder === undefined) {
    return new InputError({
      code,
      place,
      message: `another process is ${doing}, or one was killed while it did`,
      found: 'a lock that does not say whose it is',
      remedy: `wait for it; if there is none, delete ${file}`,
    });
  }
  const here = holder.host === hostname();
  return new InputError({
    code,
    place,
    message: `another process is ${doing}`,
    found: `process ${holder.process} on ${here ? 'this host' : 'host'} ${holder.host}, since ${holder.since}`,
    remedy: here
      ? `wait until it is done, or end it; if process ${holder.process} has nothing to do with dfota, delete ${file}`
      : `wait until it is done; if that process is gone, delete ${file}`,
  });
}
