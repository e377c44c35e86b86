/** Debian's bsdiff over the files that differ between two builds: what a package by hand would cost. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { openBuild } from '../src/usecases/open-inputs.js';

/** Times are milliseconds, sizes bytes. */
export interface BsdiffRun {
  readonly files: number;
  readonly atOnce: number;
  readonly wall: number;
  readonly cpu: number;
  /** Of the largest process. */
  readonly peak: number;
  /** Of all patches together. */
  readonly size: number;
}

/** Makes a patch for each file of SYSTEM, and the boot image, that both builds of the pair have with other bytes. */
export async function bsdiffPair(pair: string, work: string): Promise<BsdiffRun> {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  const source = await openBuild(join(pair, 'v1/targetfiles.zip'), { modes: 'build' });
  const target = await openBuild(join(pair, 'v2/targetfiles.zip'), { modes: 'build' });
  const jobs: { readonly name: string; readonly bytes: number }[] = [];
  try {
    for (const [path, now] of target.build.entries) {
      const before = source.build.entries.get(path);
      if (now.kind !== 'file' || before?.kind !== 'file' || !/^(SYSTEM\/|BOOTABLE_IMAGES\/boot\.img$)/.test(path))
        continue;
      if (now.content.sha1 === before.content.sha1 || before.content.size === 0) continue;
      const name = join(work, String(jobs.length));
      writeFileSync(`${name}.old`, await source.content.read(path));
      writeFileSync(`${name}.new`, await target.content.read(path));
      jobs.push({ name, bytes: now.content.size });
    }
  } finally {
    await source.content.close();
    await target.content.close();
  }
  jobs.sort((a, b) => b.bytes - a.bytes);
  const atOnce = availableParallelism();
  const rest = jobs[Symbol.iterator]();
  const measured: { readonly cpu: number; readonly peak: number }[] = [];
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (const { name } of rest) measured.push(await bsdiff(name));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return {
    files: jobs.length,
    atOnce,
    wall: performance.now() - start,
    cpu: measured.reduce((sum, { cpu }) => sum + cpu, 0),
    peak: Math.max(0, ...measured.map(({ peak }) => peak)),
    size: jobs.reduce((sum, { name }) => sum + statSync(`${name}.patch`).size, 0),
  };
}

function bsdiff(name: string): Promise<{ readonly cpu: number; readonly peak: number }> {
  const words = ['-f', '%U %S %M', 'bsdiff', `${name}.old`, `${name}.new`, `${name}.patch`];
  return new Promise((resolve, reject) => {
    const child = spawn('/usr/bin/time', words, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const [user = 0, system = 0, kilobytes = 0] = text.trim().split(' ').map(Number);
      if (code === 0) resolve({ cpu: (user + system) * 1000, peak: kilobytes * 1024 });
      else reject(new Error(`bsdiff ended with ${code}: ${text}`));
    });
  });
}
