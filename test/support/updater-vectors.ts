/** Small packages with what real updaters did with them, and the same packages on the simulated device. */
import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openContentStore } from '../../src/device/content.js';
import { EdifySyntaxError } from '../../src/device/edify/syntax.js';
import { type FileSystem, type Inode, inodeOf, rootInode } from '../../src/device/file-system.js';
import { type Module, makeModule } from '../../src/device/module.js';
import { readScript, testEntries } from '../../src/device/package.js';
import { mapEntries, mapGet } from '../../src/device/persistent-map.js';
import { type ProfileName, profileOf } from '../../src/device/profile.js';
import { startPackage } from '../../src/device/run.js';
import { NotSimulated } from '../../src/device/runtime.js';
import { openPackage } from '../../src/device/zip-reader.js';
import type { OpenBuild } from '../../src/model/build.js';
import { mostVisits } from '../../src/model/limits/device.js';
import { makePackage } from './device.js';

/** What stands at a path below /system. */
export interface NodeState {
  readonly kind: string;
  readonly sha1?: string | undefined;
  readonly owner?: string | undefined;
  readonly mode?: string | undefined;
  readonly text?: string | undefined;
}

/** How some updaters ended, and what they changed: new state by path, `null` for what is gone. */
export interface Ending {
  readonly end: string;
  readonly changed: Readonly<Record<string, NodeState | null>>;
}

/** One package. */
export interface UpdaterCase {
  readonly case: string;
  /** Bytes as Latin-1. */
  readonly script: string;
  /** Base64, by name. */
  readonly entries?: Readonly<Record<string, string>> | undefined;
  readonly real: readonly (Ending & { readonly updaters: readonly string[] })[];
}

const folder = fileURLToPath(new URL('../../../test/device/vectors/updaters/', import.meta.url));

/** The build that the module runs. */
export const vectorSource = join(folder, 'source.zip');

/** All packages. */
export function updaterCases(): readonly UpdaterCase[] {
  const cases: readonly UpdaterCase[] = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
  return cases;
}

function stateOf(inode: Inode, sha1: string | undefined): NodeState {
  if (inode.kind === 'link') return { kind: 'link', text: inode.destination };
  if (inode.kind === 'device') return { kind: 'device' };
  const mode = inode.mode === 'unset' ? 'unset' : inode.mode.toString(8);
  return { kind: inode.kind, sha1, owner: `${inode.uid}:${inode.gid}`, mode };
}

/** Every path below /system, its digests worked out. */
async function statesOf(
  fs: FileSystem,
  sha1: (inode: Extract<Inode, { kind: 'file' }>) => Promise<string>,
): Promise<ReadonlyMap<string, NodeState>> {
  const states = new Map<string, NodeState>();
  const look = async (ino: number, path: string): Promise<void> => {
    const inode = inodeOf(fs, ino);
    if (path !== '/system') states.set(path, stateOf(inode, inode.kind === 'file' ? await sha1(inode) : undefined));
    if (inode.kind !== 'directory') return;
    for (const [name, child] of mapEntries(inode.children)) await look(child, `${path}/${name}`);
  };
  await look(rootInode, '/system');
  return states;
}

function systemOf(volumes: Module['flash']['volumes']): FileSystem {
  const fs = mapGet(volumes, '/system');
  if (fs === undefined) throw new Error('no /system');
  return fs;
}

const ends: Readonly<Record<string, string>> = {
  succeeded: 'done',
  'parse-error': 'parse error',
  'not-simulated': 'not simulated',
  hung: 'hangs',
};

/** Runs the package on the profile's module. */
export async function runCase(source: OpenBuild, vector: UpdaterCase, profileName: ProfileName): Promise<Ending> {
  const work = mkdtempSync(join(tmpdir(), 'dfota-vectors-'));
  const path = join(work, 'update.zip');
  const entries = Object.entries(vector.entries ?? {}).map(
    ([name, data]) => [name, Buffer.from(data, 'base64')] as const,
  );
  writeFileSync(path, makePackage(source, { script: vector.script, entries: Object.fromEntries(entries) }));
  const reader = await openPackage(path);
  try {
    const profile = profileOf(profileName);
    const module = makeModule(source.build, { systemSize: 2 ** 30 });
    const store = openContentStore(source.content, reader);
    const attempt = await startPackage(
      {
        module,
        script: await readScript(reader, profile),
        entries: await testEntries(reader, undefined),
        store,
        profile,
        property: async (name) => (name === 'ro.product.device' ? 'sdxlemur' : undefined),
        allowedPrograms: new Set(),
        signal: undefined,
        mostVisits,
      },
      module.flash,
    );
    const sha1 = async ({ content }: Extract<Inode, { kind: 'file' }>) => (await store.whole(content)).sha1;
    const before = await statesOf(systemOf(module.flash.volumes), sha1);
    const after = await statesOf(systemOf(attempt.flash.volumes), sha1);
    const changed: Record<string, NodeState | null> = {};
    for (const [name, state] of after) {
      if (JSON.stringify(before.get(name)) !== JSON.stringify(state)) changed[name] = state;
    }
    for (const name of before.keys()) if (!after.has(name)) changed[name] = null;
    return { end: ends[attempt.status] ?? attempt.status, changed };
  } catch (error) {
    if (error instanceof EdifySyntaxError) return { end: 'parse error', changed: {} };
    if (error instanceof NotSimulated) return { end: 'not simulated', changed: {} };
    throw error;
  } finally {
    await reader.close();
    rmSync(work, { recursive: true, force: true });
  }
}
