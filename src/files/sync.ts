/** Brings many files to the disk at once: what a loss of power finds is then whole. */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Files that wait for the disk at the same time: it writes them together, which is many times faster than one after the other. */
const together = 32;

async function inTurns<T>(items: Iterable<T>, step: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items].values();
  const work = async (): Promise<void> => {
    for (const item of waiting) await step(item);
  };
  // All come to their end before a fault is told, so that nothing is left open.
  const done = await Promise.allSettled(Array.from({ length: together }, work));
  for (const one of done) if (one.status === 'rejected') throw one.reason;
}

async function syncFile(path: string): Promise<void> {
  // 'r+': Windows syncs only what is open for writing.
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Best effort: some file systems cannot sync a folder, and the contents are safe by then. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Returns when the files, their names and the names of their folders are on the disk. Throws what the file system refuses. */
export async function syncFiles(paths: readonly string[]): Promise<void> {
  await inTurns(paths, syncFile);
  const folders = new Set(paths.map((path) => dirname(path)));
  for (const folder of [...folders]) folders.add(dirname(folder));
  await inTurns(folders, syncFolder);
}
