/**
 * A proved package is spoilt in every way that we could think of, and tried on the module that each way needs. The proof must
 * fail, or, where a mutation is harmless, say why and stay proved at every power cut. The list of mutations and what
 * caught them is printed. On modules that the package must not update at all, the right package aborts before it changes
 * anything; there a mutation is caught when the module is changed before the abort, or ends as something else.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBuild } from '../../../src/input/open-build.js';
import type { OpenBuild } from '../../../src/model/build.js';
import { toBuildPath } from '../../../src/model/path.js';
import type { Verification } from '../../../src/model/verification.js';
import { type VerifyInputs, type VerifyRequest, verifyPackage } from '../../../src/usecases/verify/verify.js';
import { withGenerated } from '../../support/generated.js';
import { mutationPair } from '../../support/mutation-pair.js';
import { type PackageFile, readZip, scriptOf } from '../../support/package-zip.js';
import { type Circumstance, mutations } from '../../support/spoiling.js';
import { file, type NodeSpec, writeTargetFiles } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';
import { buildZip } from '../../support/zip-builder.js';

const work = workFolder('mutations');

/** How the right package ends in a circumstance. */
const rightEnds: Readonly<Record<Circumstance, 'proved' | 'aborts, nothing changed' | 'aborts'>> = {
  ordinary: 'proved',
  'power-cuts': 'proved',
  'little-space': 'proved',
  'tight-cache': 'proved',
  'full-disk': 'aborts',
  'small-cache': 'aborts, nothing changed',
  'other-app': 'aborts, nothing changed',
  'other-base': 'aborts, nothing changed',
  'other-boot': 'aborts, nothing changed',
};

/** The line after which the script changes the module. */
function changesFrom(files: readonly PackageFile[]): number {
  const lines = scriptOf(files).split('\n');
  return 1 + lines.indexOf('# ---- start making changes here ----');
}

/** The first line of what a verification says against the package; `undefined` where it says nothing. */
function verdict(result: Verification, from: number): string | undefined {
  const [difference] = result.differences;
  const [cut] = result.powerCuts?.failures ?? [];
  if (result.status !== 'succeeded') {
    const when = (result.place?.line ?? 0) > from ? 'after changes' : 'before any change';
    const message = (result.message ?? '').split('\n')[0]?.slice(0, 110);
    return `${result.status} ${result.status === 'aborted' ? `${when}: ` : ''}${message}`;
  }
  if (difference !== undefined) return `ends with another ${difference.path}: ${difference.what}`;
  if (cut !== undefined) {
    const what = cut.differences[0]?.path ?? cut.message?.split('\n')[0]?.slice(0, 80);
    return `${result.powerCuts?.failed} of ${result.powerCuts?.tried} power cuts, first ${cut.effect}: ${what}`;
  }
  return result.notes.find((note) => note.startsWith('left behind'));
}

/** What a run is like: another build on the module, sizes, power cuts. */
type On = Partial<Pick<VerifyInputs, 'source'> & VerifyRequest>;

test('end-to-end: every way to spoil a package is caught', async (t) => {
  const lists = join(work, 'lists');
  mkdirSync(lists);
  writeFileSync(join(lists, 'quectel_multifota_filelist.txt'), 'MULTIFOTA/abl.elf abl\n');
  await withGenerated(work, { ...mutationPair, lists }, {}, async ({ source, target, packagePath, generated }) => {
    const right = readZip(readFileSync(packagePath));
    const peak = generated.verification?.system.peak ?? 0;
    assert(peak > 0);
    const spoilt = join(work, 'spoilt.zip');
    const opened: OpenBuild[] = [];
    const other = async (path: string, node: NodeSpec): Promise<OpenBuild> => {
      const spec = { ...mutationPair.source, nodes: { ...mutationPair.source.nodes, [path]: node } };
      const build = await openBuild(writeTargetFiles(join(work, path), spec), { modes: 'build', role: 'source' });
      opened.push(build);
      return build;
    };
    const changed = file('not what it should be');
    const images = new Map([[toBuildPath('MULTIFOTA/abl.elf'), 'abl']]);
    const run = async (files: readonly PackageFile[], on: On): Promise<Verification> => {
      writeFileSync(spoilt, buildZip(files));
      const { source: runs = source, ...request } = on;
      return verifyPackage({ source: runs, target, images }, { packagePath: spoilt, ...request });
    };
    /** The largest /system on which the last of the unpacked files finds no room. */
    const fullDisk = async (): Promise<number> => {
      for (let size = peak; size > 0; size -= 4096) {
        const { status, message } = await run(right, { systemSize: size });
        if (status === 'aborted' && message?.includes('("/system/opt/shape/inside"')) return size;
      }
      throw new Error('there is no such size');
    };
    const circumstances: Readonly<Record<Circumstance, On>> = {
      ordinary: {},
      'power-cuts': { powerCuts: 'all' },
      'little-space': { systemSize: peak + 280 * 1024 },
      // two erase blocks are asked for, which leaves a block of 4 KiB to spare
      'tight-cache': { cacheSize: 2 * 256 * 1024 + 3 * 4096, powerCuts: 'all' },
      'full-disk': { systemSize: await fullDisk() },
      'small-cache': { cacheSize: 128 * 1024 },
      'other-app': { source: await other('SYSTEM/bin/app', changed) },
      'other-base': { source: await other('SYSTEM/lib/libnet.so.1', changed) },
      'other-boot': { source: await other('BOOTABLE_IMAGES/boot.img', changed) },
    };
    try {
      for (const [name, ends] of Object.entries(rightEnds)) {
        const on = Object.entries(circumstances).find(([key]) => key === name)?.[1];
        assert(on !== undefined);
        const result = await run(right, on);
        const said = verdict(result, changesFrom(right));
        if (ends === 'proved') assert.equal(said, undefined, `the right package, ${name}: ${said}`);
        else assert.match(said ?? '', ends === 'aborts' ? /^aborted/ : /^aborted before any change/, name);
      }

      const uncaught: string[] = [];
      for (const { name, apply, on = 'ordinary', harmless } of mutations) {
        const files = apply(right);
        const circumstance = harmless === undefined ? circumstances[on] : { powerCuts: 40 };
        const result = await run(files, circumstance);
        const said = verdict(
          result,
          files.some((entry) => entry.name.endsWith('updater-script')) ? changesFrom(files) : 0,
        );
        const caught = rightEnds[on] === 'proved' ? said !== undefined : /^aborted after|^ends/.test(said ?? '');
        if (caught === (harmless === undefined)) {
          t.diagnostic(`${name} [${on}]: ${harmless === undefined ? said : `harmless, ${harmless}`}`);
        } else uncaught.push(`${name} [${on}]: ${said}`);
      }
      assert.deepEqual(uncaught, []);
    } finally {
      for (const build of opened) await build.content.close();
    }
  });
});
