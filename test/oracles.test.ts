/** Foreign tools on a package: unzip tests it, bspatch applies its patches, and a folder becomes the target exactly. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyForeign } from './support/foreign-applier.js';
import { withGenerated } from './support/generated.js';
import { mutationPair } from './support/mutation-pair.js';
import { readZip } from './support/package-zip.js';
import { allNodes, modeOf, type TargetFilesSpec, writeTargetFolder } from './support/targetfiles.js';
import { without } from './support/tools.js';
import { workFolder } from './support/work-folder.js';

const work = workFolder('oracles');
const root = process.getuid?.() === 0;

/** Everything below SYSTEM as lines: kind, mode, owner (for root), and a link's text or a file's bytes. */
function expectedLines(spec: TargetFilesSpec): string[] {
  const lines: string[] = [];
  for (const [path, node] of allNodes(spec)) {
    if (path !== 'SYSTEM' && !path.startsWith('SYSTEM/')) continue;
    const name = path.slice('SYSTEM'.length);
    if (node.kind === 'link') lines.push(`${name} -> ${node.to}`);
    else {
      const owner = root ? ` ${node.uid ?? 0}:${node.gid ?? 0}` : '';
      const data = node.kind === 'file' ? ` ${Buffer.from(node.data).toString('latin1')}` : '';
      lines.push(`${name} ${node.kind} ${modeOf(node).toString(8)}${owner}${data}`);
    }
  }
  return lines.sort();
}

function foundLines(folder: string): string[] {
  const at = (name: string): Buffer => Buffer.concat([Buffer.from(folder), Buffer.from(name, 'latin1')]);
  const lines: string[] = [];
  const visit = (name: string): void => {
    const stats = lstatSync(at(name));
    const owner = root ? ` ${stats.uid}:${stats.gid}` : '';
    const mode = `${(stats.mode & 0o7777).toString(8)}${owner}`;
    if (stats.isSymbolicLink()) lines.push(`${name} -> ${readlinkSync(at(name), 'latin1')}`);
    else if (stats.isFile()) lines.push(`${name} file ${mode} ${readFileSync(at(name), 'latin1')}`);
    else {
      lines.push(`${name} directory ${mode}`);
      for (const child of readdirSync(at(name), 'latin1')) visit(`${name}/${child}`);
    }
  };
  visit('');
  return lines.sort();
}

/** A device as a folder: the source's SYSTEM with its owners, and partitions with erased space behind the images. */
function makeDevice(spec: TargetFilesSpec): string {
  const folder = join(work, 'device');
  const build = writeTargetFolder(join(work, 'source'), spec);
  mkdirSync(join(folder, 'partitions'), { recursive: true });
  execFileSync('cp', ['-a', join(build, 'SYSTEM'), join(folder, 'system')]);
  if (root) {
    for (const [path, node] of allNodes(spec)) {
      if (!/^SYSTEM(\/|$)/.test(path) || node.kind === 'link') continue;
      const place = Buffer.concat([Buffer.from(join(folder, 'system')), Buffer.from(path.slice(6), 'latin1')]);
      lchownSync(place, node.uid ?? 0, node.gid ?? 0);
    }
  }
  for (const [image, name] of [
    ['BOOTABLE_IMAGES/boot.img', 'boot'],
    ['MULTIFOTA/abl.elf', 'abl'],
  ] as const) {
    const erased = Buffer.alloc(4096, 0xff);
    writeFileSync(join(folder, 'partitions', name), Buffer.concat([readFileSync(join(build, image)), erased]));
  }
  return folder;
}

test('end-to-end: foreign tools make the target out of the source and the package', {
  skip: without('unzip', 'bspatch'),
}, async () => {
  const lists = join(work, 'lists');
  mkdirSync(lists);
  writeFileSync(join(lists, 'quectel_multifota_filelist.txt'), 'MULTIFOTA/abl.elf abl\n');
  await withGenerated(
    work,
    { ...mutationPair, lists },
    { verify: { level: 'off', profile: 'strict' } },
    async (pair) => {
      assert.match(execFileSync('unzip', ['-t', pair.packagePath], { encoding: 'utf8' }), /^No errors detected/m);
      const patches = readZip(readFileSync(pair.packagePath)).filter(({ name }) => name.startsWith('patch/'));
      for (const { name, data } of patches) assert.equal(data.toString('latin1', 0, 8), 'BSDIFF40', name);

      const device = makeDevice(mutationPair.source);
      const scratch = join(work, 'scratch');
      mkdirSync(scratch);
      const { patched } = applyForeign(pair.packagePath, { root: device, scratch });
      assert(patched >= patches.length, `${patched} runs of bspatch for ${patches.length} patches`);
      assert.deepEqual(foundLines(join(device, 'system')), expectedLines(mutationPair.target));
      const target = allNodes(mutationPair.target);
      for (const [image, name] of [
        ['BOOTABLE_IMAGES/boot.img', 'boot'],
        ['MULTIFOTA/abl.elf', 'abl'],
      ] as const) {
        const node = target.get(image);
        assert(node?.kind === 'file');
        const held = readFileSync(join(device, 'partitions', name)).subarray(0, node.data.length);
        assert(held.equals(Buffer.from(node.data)), `partition ${name}`);
      }
      const left = readdirSync(join(device, 'cache'), { recursive: true, withFileTypes: true }).filter((found) =>
        found.isFile(),
      );
      assert.deepEqual(left, [], 'nothing is left in /cache');

      // A second start, as after a power cut at the very end, changes nothing.
      const again = join(work, 'again');
      mkdirSync(again);
      copyFileSync(pair.packagePath, join(again, 'update.zip'));
      applyForeign(join(again, 'update.zip'), { root: device, scratch: again });
      assert.deepEqual(foundLines(join(device, 'system')), expectedLines(mutationPair.target));
    },
  );
});
