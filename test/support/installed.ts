/** A hand-written package on a simulated module, before its first statement: for tests that start it themselves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openContentStore } from '../../src/device/content.js';
import { type ModuleOptions, makeModule } from '../../src/device/module.js';
import { readScript, testEntries } from '../../src/device/package.js';
import { type ProfileName, profileOf } from '../../src/device/profile.js';
import type { Installation } from '../../src/device/run.js';
import { openPackage } from '../../src/device/zip-reader.js';
import type { OpenBuild } from '../../src/model/build.js';
import { mostVisits } from '../../src/model/limits/device.js';
import { makePackage, type PackageSpec } from './device.js';

/** The installation, with erase blocks of 4 KiB, and what closes it. */
export async function installed(
  source: OpenBuild,
  spec: PackageSpec,
  { profile: profileName = 'strict', ...module }: ModuleOptions & { readonly profile?: ProfileName | undefined } = {},
): Promise<{ readonly installation: Installation; readonly close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-installed-'));
  const path = join(folder, 'update.zip');
  writeFileSync(path, makePackage(source, spec));
  const reader = await openPackage(path);
  const profile = profileOf(profileName);
  const installation: Installation = {
    module: makeModule(source.build, { eraseBlock: 4096, ...module }),
    script: await readScript(reader, profile),
    entries: await testEntries(reader, undefined),
    store: openContentStore(source.content, reader),
    profile,
    property: async () => undefined,
    allowedPrograms: new Set(),
    signal: undefined,
    mostVisits,
  };
  return {
    installation,
    close: async () => {
      await reader.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
