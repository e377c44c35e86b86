/**
 * Names for what is not complete yet, beside what it will be. A left-over of a killed process never stops a later one: the
 * name has a random part, and a name in use is passed over. What is under way is known, so that a process that must end at
 * once can take it away.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { systemCode } from './system-error.js';

const underWay = new Set<string>();
let watcher: ((path: string, isUnderWay: boolean) => void) | undefined;

/** Tells of each path that is under way, before it is made, and of each that no longer is: for a thread that cannot clean up when it is ended. */
export function watchTemporary(listener: (path: string, isUnderWay: boolean) => void): void {
  watcher = listener;
}

/** A path that another thread of this process has under way: it is taken away with what is under way here. */
export function adoptTemporary(path: string): void {
  underWay.add(path);
  watcher?.(path, true);
}

/** Letters of the output's name in that of the temporary file: enough to recognise it, never too long for a file system. */
const shownLetters = 40;

/** Whether a name is one of a temporary file or folder of this program. */
export function isTemporaryName(name: string): boolean {
  return /^\..*\.[0-9a-f]{16}\.tmp$/s.test(name);
}

function temporaryName(output: string): string {
  const shown = [...basename(output)].slice(0, shownLetters).join('');
  return join(dirname(output), `.${shown}.${randomBytes(8).toString('hex')}.tmp`);
}

/** A name beside the output for a second name of what is there; it is taken away like any other until it is kept. */
export function freeTemporaryName(output: string): string {
  const path = temporaryName(output);
  adoptTemporary(path);
  return path;
}

async function anew<T>(output: string, make: (path: string) => Promise<T>): Promise<{ path: string; made: T }> {
  for (let attempt = 0; ; attempt += 1) {
    const path = temporaryName(output);
    adoptTemporary(path);
    try {
      return { path, made: await make(path) };
    } catch (error) {
      keepTemporary(path);
      if (systemCode(error) !== 'EEXIST' || attempt >= 100) throw error;
    }
  }
}

/** A new, empty file beside the output, open for writing. */
export async function openTemporary(output: string): Promise<{ readonly file: string; readonly handle: FileHandle }> {
  const { path, made } = await anew(output, (file) => open(file, 'wx'));
  return { file: path, handle: made };
}

/** A new, empty folder beside the output. */
export async function makeTemporaryFolder(output: string): Promise<string> {
  return (await anew(output, (folder) => mkdir(folder, { mode: 0o755 }))).path;
}

/** The temporary file or folder has its final name now: it is no longer to be taken away. */
export function keepTemporary(path: string): void {
  underWay.delete(path);
  watcher?.(path, false);
}

/** Takes a temporary file or folder away, also one with folders that may not be entered. Never throws. */
export async function removeTemporary(path: string): Promise<void> {
  try {
    await makeRemovable(Buffer.from(path));
    await rm(path, { recursive: true, force: true });
  } catch {
    // The first fault is the one to tell; what is left has a name that says what it is.
  }
  keepTemporary(path);
}

async function makeRemovable(path: Buffer): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  await chmod(path, 0o700).catch(() => {});
  for (const name of await readdir(path, { encoding: 'buffer', withFileTypes: true })) {
    if (name.isDirectory()) await makeRemovable(Buffer.concat([path, Buffer.from('/'), name.name]));
  }
}

/** Takes away all that is under way, without waiting: for a process that ends at once. */
export function removeAllTemporary(): void {
  for (const path of underWay) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // A process that ends has nobody to tell.
    }
  }
  underWay.clear();
}

/** Runs a step with a folder of its own in the system's folder for temporary files, which is gone afterwards. */
export async function withTemporaryFolder<T>(name: string, step: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeTemporaryFolder(join(tmpdir(), name));
  try {
    return await step(folder);
  } finally {
    await removeTemporary(folder);
  }
}
