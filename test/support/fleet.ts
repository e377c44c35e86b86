/** A product line to plan and make packages of: versions that grow out of each other, in an archive. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noise, program, rebuilt, settings, zipped } from '../../samples/every-change/firmware.js';
import { archiveAdd } from '../../src/usecases/archive/add.js';
import { file, type NodeSpec, type TargetFilesSpec, writeTargetFiles } from './targetfiles.js';

/** The revision of the nth version, from 1: `RG520NNADAR01A03M4G_OCPU_01.001`. */
export function revisionOf(n: number): string {
  return `RG520NNADAR01A${String(n).padStart(2, '0')}M4G_OCPU_01.001`;
}

/** The nth version as the samples make firmware: programs that are rebuilt, settings that change, content that is new each time. */
export function version(n: number): TargetFilesSpec {
  let app = program(1, 1500);
  for (let i = 1; i < n; i += 1) app = rebuilt(app, i);
  const nodes: Record<string, NodeSpec> = {
    'SYSTEM/bin/app': file(app, { mode: 0o755 }),
    // Changes with every third version only: pairs share its patches.
    'SYSTEM/bin/daemon': file(n > 3 ? rebuilt(program(2, 1200), Math.floor(n / 3)) : program(2, 1200), { mode: 0o755 }),
    'SYSTEM/etc/app.conf': file(settings(120, n + 2)),
    'SYSTEM/etc/seed': file(noise(100 + n, 700)),
    'SYSTEM/lib/libsame.so': file(program(7, 2000)),
    'SYSTEM/usr/share/web.gz': file(zipped(Buffer.from(settings(200, n + 5)))),
  };
  const day = String(n).padStart(2, '0');
  return { nodes, revision: `A${day}`, packageTime: `2022-06-${day},10:00` };
}

/** Writes the versions 1 to `count` below the folder, adds them to FOLDER/releases, and gives the paths of their zips. */
export async function makeArchive(folder: string, count: number): Promise<readonly string[]> {
  const zips: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const zip = writeTargetFiles(join(folder, `v${n}`), version(n));
    await archiveAdd({ build: zip, archive: join(folder, 'releases') });
    zips.push(zip);
  }
  return zips;
}

/** Writes a fleet's file with one product, whose lines are given, and gives its path. */
export function writeFleet(folder: string, lines: readonly string[], name = 'fleet.yaml'): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, ['products:', '  gateway:', ...lines.map((line) => `    ${line}`), ''].join('\n'));
  return path;
}

/** The lines of a product of fleet.yaml: the versions 1 to 4 to 5 and 6. */
export const product = (output: string, ...more: readonly string[]): readonly string[] => [
  'archive: releases',
  'sources: ["*A0[1-4]M4G*"]',
  'targets: ["*A0[56]M4G*"]',
  `output: ${output}`,
  'effort: fast',
  ...more,
];
