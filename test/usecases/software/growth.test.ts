/** How the work of the list of packages grows, by counts of steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { softwareChanges } from '../../../src/audit/software/changes.js';
import { softwareFindings } from '../../../src/audit/software/findings.js';
import { openBuild } from '../../../src/input/open-build.js';
import { sbomJson } from '../../../src/report/sbom.js';
import { readSoftware } from '../../../src/usecases/software/read-software.js';
import { dpkgNodes, opkgNodes, type PackageSpec } from '../../support/package-database.js';
import { type NodeSpec, writeTargetFiles } from '../../support/targetfiles.js';
import { assertLinear, workOfWaiting } from '../../support/work-count.js';
import { workFolder } from '../../support/work-folder.js';

/** Packages of which each has files; some change with the version, with a new version of their own and without. */
function packages(count: number, filesOfEach: number, build: number): readonly PackageSpec[] {
  return Array.from({ length: count }, (_, at) => ({
    name: `package-${at}`,
    version: at % 3 === 0 ? `1.${build}` : '1.0',
    files: Object.fromEntries(
      Array.from({ length: filesOfEach }, (_none, file) => [
        `usr/share/p${at}/f${file}`,
        `${at} ${file} ${at % 2 === 0 ? build : 0}`,
      ]),
    ),
  }));
}

type Shape = (n: number, build: number) => Readonly<Record<string, NodeSpec>>;

const shapes: Readonly<Record<string, Shape>> = {
  'packages of opkg': (n, build) => opkgNodes(packages(n, 2, build)),
  'packages of dpkg': (n, build) => dpkgNodes(packages(n, 2, build)),
  'files of one package': (n, build) => dpkgNodes(packages(1, n * 4, build)),
  'owners of one file': (n, build) =>
    opkgNodes(packages(n, 1, build).map((each) => ({ ...each, files: { 'usr/share/shared': `${build}` } }))),
  'files of nobody': (n, build) => ({
    ...opkgNodes(packages(1, 1, build)),
    ...opkgNodes(packages(n, 2, build).map((each) => ({ ...each, unlisted: true }))),
  }),
};

for (const [name, shape] of Object.entries(shapes)) {
  test(`integration: twice as many are twice the work of the list of packages: ${name}`, async () => {
    const opened = async (n: number) => {
      const [source, target] = await Promise.all(
        [1, 2].map((build) => {
          const file = writeTargetFiles(workFolder(`sbom-${n}-${build}`), {
            nodes: shape(n, build),
            revision: `A0${build}`,
          });
          return openBuild(file, { modes: 'build' });
        }),
      );
      assert.ok(source !== undefined && target !== undefined);
      const [from, to] = [
        { build: source.build, software: await readSoftware(source) },
        { build: target.build, software: await readSoftware(target) },
      ];
      assert.ok(to.software.packages.length > 0);
      return { source, target, from, to };
    };
    const sizes = new Map([
      [300, await opened(300)],
      [600, await opened(600)],
    ]);
    const reading = async (n: number): Promise<number> => {
      const { target } = sizes.get(n) ?? assert.fail();
      return await workOfWaiting(() => readSoftware(target));
    };
    const [less, more] = [await reading(300), await reading(600)];
    assert.ok(more <= 2.35 * less + 20_000, `${less} steps of reading become ${more}`);
    assertLinear((n) => {
      const { from, to } = sizes.get(n) ?? assert.fail();
      const changes = softwareChanges(from, to);
      const paths = [...changes.packages.flatMap(({ files }) => files), ...changes.unowned].map(({ path }) => path);
      const digests = new Map(paths.map((path) => [path, { sha256: '0'.repeat(64), md5: '0'.repeat(32) }]));
      return {
        changes: () => softwareChanges(from, to),
        findings: () => softwareFindings(from, to, changes),
        list: () => sbomJson({ source: from, target: to, changes, digests, tool: '1' }),
      };
    });
    for (const { source, target } of sizes.values()) {
      await source.content.close();
      await target.content.close();
    }
  });
}
