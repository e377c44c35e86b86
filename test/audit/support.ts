import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inner, InnerFact } from '../../src/model/inner.js';

/** Runs a foreign tool and gives its output. */
export function run(
  tool: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): string {
  return execFileSync(tool, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'ignore'],
    ...options,
  });
}

/** Whether a foreign tool is there. */
export function has(tool: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Gives the work a folder of its own and takes it away afterwards. */
export function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-audit-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The fact with a label. */
export function factOf(inner: Inner | undefined, label: string): InnerFact | undefined {
  return inner?.facts?.find((fact) => fact.label === label);
}

/** Bytes of a string, one a unit. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Text that compresses to more than one block: GNU gzip and zlib part ways at the end of the first. */
export function words(count: number): Buffer {
  let seed = 1;
  const next = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 8;
  };
  return Buffer.from(Array.from({ length: count }, () => `${(next() % 60_000).toString(36)} `).join(''));
}
