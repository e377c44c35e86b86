import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { blobOfBytes } from '../../src/device/blob.js';
import { find, type Machine, nodeAt } from '../../src/device/machine.js';
import { makeModule, powerOn } from '../../src/device/module.js';
import { listDirectory, makeDirectory, makeLink, rename, unlink, writeFile } from '../../src/device/posix.js';
import { memoryBuild } from '../support/device.js';

type Step =
  | { readonly call: 'write' | 'unlink' | 'mkdir'; readonly path: string }
  | { readonly call: 'rename' | 'symlink'; readonly from: string; readonly path: string };

const name = fc.constantFrom('a', 'b', 'c', 'd');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
// never above the folder under test: `..` only comes after a step down
const destination = fc.oneof(
  path,
  name.map((part) => `./${part}`),
  fc.tuple(name, name).map(([x, y]) => `${x}/../${y}`),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ call: fc.constantFrom('write' as const, 'unlink' as const), path }),
  fc.record({ call: fc.constant('mkdir' as const), path }),
  fc.record({ call: fc.constant('rename' as const), from: path, path }),
  fc.record({ call: fc.constant('symlink' as const), from: destination, path }),
);

function onDisk(folder: string, step: Step): string | undefined {
  const at = join(folder, step.path);
  try {
    switch (step.call) {
      case 'write':
        writeFileSync(at, step.path);
        return undefined;
      case 'unlink':
        unlinkSync(at);
        return undefined;
      case 'mkdir':
        mkdirSync(at);
        return undefined;
      case 'rename':
        renameSync(join(folder, step.from), at);
        return undefined;
      case 'symlink':
        symlinkSync(step.from, at);
        return undefined;
      default:
        return step satisfies never;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

function simulated(machine: Machine, step: Step): string | undefined {
  const at = `/data/${step.path}`;
  switch (step.call) {
    case 'write':
      return writeFile(machine, at, blobOfBytes(new Uint8Array(Buffer.from(step.path))), 0o600);
    case 'unlink':
      return unlink(machine, at);
    case 'mkdir':
      return makeDirectory(machine, at, 0o700);
    case 'rename':
      return rename(machine, `/data/${step.from}`, at);
    case 'symlink':
      return makeLink(machine, step.from, at);
    default:
      return step satisfies never;
  }
}

function diskTree(folder: string, prefix = ''): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const at = join(folder, entry);
    const shown = `${prefix}${entry}`;
    const stats = lstatSync(at);
    if (stats.isSymbolicLink()) return [`${shown} -> ${readlinkSync(at)}`];
    return stats.isDirectory() ? [`${shown}/`, ...diskTree(at, `${shown}/`)] : [`${shown} = ${readFileSync(at)}`];
  });
}

function simulatedTree(machine: Machine, folder: string, prefix = ''): string[] {
  return listDirectory(machine, folder).flatMap(({ name: entry, inode }) => {
    const shown = `${prefix}${entry}`;
    if (inode.kind === 'link') return [`${shown} -> ${inode.destination}`];
    if (inode.kind === 'directory') return [`${shown}/`, ...simulatedTree(machine, `${folder}/${entry}`, `${shown}/`)];
    const { content } = inode.kind === 'file' ? inode : { content: undefined };
    const bytes = content?.kind === 'whole' && content.origin.from === 'memory' ? content.origin.bytes : undefined;
    return [`${shown} = ${bytes === undefined ? '?' : Buffer.from(bytes)}`];
  });
}

test('property: random calls do on the simulated file system what they do on Linux: errors, links, renames, trees', () => {
  const module = makeModule(memoryBuild().build, {});
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const folder = mkdtempSync(join(tmpdir(), 'dfota-posix-'));
      try {
        const machine = powerOn(module, module.flash, () => {}, 1_000_000);
        for (const one of steps) assert.equal(simulated(machine, one), onDisk(folder, one), JSON.stringify(one));
        assert.deepEqual(simulatedTree(machine, '/data').sort(), diskTree(folder).sort());
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 200 },
  );
});

test('unit: the root and `..` above it', () => {
  const module = makeModule(memoryBuild().build, {});
  const machine = powerOn(module, module.flash, () => {}, 1000);
  for (const root of ['/', '//', '/..', '/data/..', '/./data/../../']) {
    const place = find(machine, root);
    assert.ok(typeof place !== 'string' && nodeAt(machine, place).kind === 'directory', root);
    assert.equal(unlink(machine, root), 'EISDIR');
    assert.equal(rename(machine, root, '/data/x'), 'EBUSY');
  }
  assert.equal(find(machine, ''), 'ENOENT');
});
