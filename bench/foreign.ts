/**
 * Applies a package to a real folder with foreign tools, unzip and bspatch, and compares the folder with the target:
 *
 *     node dist/bench/foreign.js PAIR update.zip
 *
 * PAIR is a folder with v1/targetfiles.zip and v2/targetfiles.zip. Run it as root: owners are compared too. IMGDIFF2,
 * which no Debian tool applies, is applied by our decoder. Exits with 1 when anything differs.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { applyPatch } from '../src/applypatch/index.js';
import { openBuild } from '../src/input/open-build.js';
import type { Entry } from '../src/model/build.js';
import { applyForeign } from '../test/support/foreign-applier.js';

const [pair, update] = process.argv.slice(2);
if (pair === undefined || update === undefined) throw new Error('give a pair and a package');

function sha1(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

/** What is at a place, in the words of {@link expected}. */
function found(place: Buffer): string {
  const stats = lstatSync(place);
  if (stats.isSymbolicLink()) return `link ${readlinkSync(place, 'latin1')}`;
  const owner = `${(stats.mode & 0o7777).toString(8)} ${stats.uid}:${stats.gid}`;
  return stats.isDirectory() ? `directory ${owner}` : `file ${owner} ${sha1(readFileSync(place))}`;
}

function expected(entry: Entry): string {
  if (entry.kind === 'link') return `link ${entry.destination}`;
  const { mode, uid, gid } = entry.ownership;
  const owner = `${mode.toString(8)} ${uid}:${gid}`;
  return entry.kind === 'directory' ? `directory ${owner}` : `file ${owner} ${entry.content.sha1}`;
}

const work = mkdtempSync(join(tmpdir(), 'bench-foreign-'));
try {
  console.log(execFileSync('unzip', ['-tq', update], { encoding: 'utf8' }).trim());
  const device = join(work, 'device');
  const scratch = join(work, 'scratch');
  for (const folder of [device, scratch, join(device, 'partitions')]) mkdirSync(folder);
  execFileSync('unzip', [
    '-qo',
    join(resolve(pair), 'v1/targetfiles.zip'),
    'SYSTEM/*',
    'BOOTABLE_IMAGES/boot.img',
    '-d',
    device,
  ]);
  renameSync(join(device, 'SYSTEM'), join(device, 'system'));
  const boot = readFileSync(join(device, 'BOOTABLE_IMAGES/boot.img'));
  writeFileSync(join(device, 'partitions/boot'), Buffer.concat([boot, Buffer.alloc(4096, 0xff)]));
  const { patched } = applyForeign(resolve(update), {
    root: device,
    scratch,
    imgdiff: (patch, source) => applyPatch(patch, source),
  });

  const target = await openBuild(join(pair, 'v2/targetfiles.zip'), { modes: 'build', role: 'target' });
  const wanted = new Map<string, string>();
  for (const [path, entry] of target.build.entries)
    if (path === 'SYSTEM' || path.startsWith('SYSTEM/')) wanted.set(`/system${path.slice(6)}`, expected(entry));
  const bootEntry = [...target.build.entries.values()].find(({ path }) => path === 'BOOTABLE_IMAGES/boot.img');
  await target.content.close();
  const differing: string[] = [];
  const visit = (name: string): void => {
    const place = Buffer.concat([Buffer.from(device), Buffer.from(name, 'latin1')]);
    const is = found(place);
    if (wanted.get(name) !== is) differing.push(`${name}: ${is}, expected ${wanted.get(name) ?? 'nothing'}`);
    wanted.delete(name);
    if (is.startsWith('directory')) for (const child of readdirSync(place, 'latin1')) visit(`${name}/${child}`);
  };
  const total = wanted.size;
  visit('/system');
  for (const name of wanted.keys()) differing.push(`${name}: missing`);
  const held = readFileSync(join(device, 'partitions/boot'));
  if (bootEntry?.kind === 'file' && sha1(held.subarray(0, bootEntry.content.size)) !== bootEntry.content.sha1)
    differing.push('partition boot differs');
  console.log(`${patched} patches applied by bspatch, ${total} paths compared, ${differing.length} differ`);
  for (const line of differing.slice(0, 20)) console.log(line);
  if (differing.length > 0) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
