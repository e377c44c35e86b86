/** A small file system, for outputs that find no room. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { TestContext } from 'node:test';

/** Mounts one of so many KiB, for root alone, until the test has ended; skips the test where there is none. */
export function smallDisk(t: TestContext, folder: string, kibibytes: number): boolean {
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    t.skip('no small file system can be mounted here');
    return false;
  }
  t.after(() => execFileSync('umount', [folder]));
  return true;
}

/** Gives the mounted file system another size. */
export function resizeDisk(folder: string, kibibytes: number): void {
  execFileSync('mount', ['-o', `remount,size=${kibibytes}k`, folder], { stdio: 'ignore' });
}
