import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPrepared } from '../../../src/checks/prepared/check-prepared.js';
import type { PreparedFacts } from '../../../src/checks/prepared/facts.js';
import { sha1Of } from '../../../src/model/digest.js';
import { sdx6x } from '../../../src/model/layout.js';
import { type BuildPath, toBuildPath } from '../../../src/model/path.js';
import type { PreparedTree } from '../../../src/model/prepared-tree.js';
import type { TreeNode } from '../../../src/model/tree.js';

function file(text: string): TreeNode {
  const bytes = Buffer.from(text);
  return { kind: 'file', content: { size: bytes.length, sha1: sha1Of(bytes) } };
}

const link: TreeNode = { kind: 'link', destination: 'x' };

function nodes(spec: Readonly<Record<string, TreeNode>>): ReadonlyMap<BuildPath, TreeNode> {
  return new Map(Object.entries(spec).map(([path, node]) => [toBuildPath(path), node]));
}

function treeOf(entries: Readonly<Record<string, TreeNode>>, counts: Partial<PreparedTree> = {}): PreparedTree {
  const prepared = [...nodes(entries)].map(
    ([path, node]) => [path, { path, node, from: 'source', origin: path }] as const,
  );
  return { entries: new Map(prepared), notTaken: 0, modemKept: 0, modemMet: 0, faults: [], ...counts };
}

const complete = { [sdx6x.updater]: file('updater'), [sdx6x.buildProp]: file('prop'), [sdx6x.bootImage]: file('new') };
const sourceNodes = { ...complete, [sdx6x.bootImage]: file('old'), [sdx6x.recoveryImage]: file('recovery') };

/** A target about which there is nothing to say. */
const good: PreparedFacts = {
  output: 'v2.zip',
  source: nodes(sourceNodes),
  tree: treeOf(complete, { modemMet: 1 }),
  rootfs: nodes({ bin: { kind: 'directory' }, 'bin/sh': link }),
  hasModem: true,
  hasBoot: true,
  versionBefore: { bytes: 'v1' },
  versionAfter: { bytes: 'v2' },
};

const withLink = nodes({ ...sourceNodes, 'SYSTEM/bin/sh': link });
const withoutProp = { [sdx6x.updater]: file('updater'), [sdx6x.bootImage]: file('new') };

const cases: readonly (readonly [what: string, edits: Partial<PreparedFacts>, codes: readonly string[]])[] = [
  ['nothing is wrong', {}, []],
  ['no updater', { tree: treeOf({ [sdx6x.buildProp]: file('prop') }, { modemMet: 1 }) }, ['error no-updater']],
  ['no version', { versionAfter: undefined }, ['error prepare-no-version']],
  ['no version before', { versionBefore: undefined }, []],
  ['the same version', { versionAfter: { bytes: 'v1' } }, ['warning prepare-same-version']],
  ['odd root', { rootfs: nodes({ other: file('') }) }, ['error prepare-rootfs-odd']],
  ['no build.prop', { tree: treeOf(withoutProp, { modemMet: 1 }) }, ['warning prepare-no-build-prop']],
  ['build.prop, the root stays', { rootfs: undefined, tree: treeOf(withoutProp, { modemMet: 1 }) }, []],
  ['links kept', { source: withLink }, []],
  ['links lost', { source: withLink, rootfs: nodes({ bin: file('') }) }, ['error prepare-links-flattened']],
  ['links of the modem only', { source: nodes({ 'SYSTEM/firmware/a': link }), rootfs: nodes({ bin: file('') }) }, []],
  ['not taken', { tree: treeOf(complete, { modemMet: 1, notTaken: 3 }) }, ['information prepare-not-taken']],
  ['an odd modem', { tree: treeOf(complete) }, ['warning prepare-modem-odd']],
  ['no modem', { tree: treeOf(complete, { modemKept: 2 }), hasModem: false }, []],
  ['modem files stay', { tree: treeOf(complete, { modemMet: 1, modemKept: 2 }) }, ['information prepare-modem-kept']],
  ['the same boot', { source: nodes(complete) }, ['information prepare-same-boot']],
  ['boot not given', { source: nodes(complete), hasBoot: false }, []],
  [
    'recovery falls behind',
    { source: nodes({ ...sourceNodes, [sdx6x.recoveryImage]: file('old') }) },
    ['information prepare-recovery'],
  ],
];

for (const [what, edits, codes] of cases) {
  test(`unit: a prepared target: ${what}`, () => {
    const findings = checkPrepared({ ...good, ...edits });
    assert.deepEqual(
      findings.map(({ severity, code }) => `${severity} ${code}`),
      codes,
    );
    for (const { place } of findings) assert.deepEqual(place, { file: 'v2.zip' });
  });
}

test('unit: findings of a prepared target come in the order of the list', () => {
  const found = checkPrepared({ ...good, tree: treeOf({}, { notTaken: 1, modemKept: 2 }), versionAfter: undefined });
  assert.deepEqual(
    found.map(({ code }) => code),
    [
      'no-updater',
      'prepare-no-version',
      'prepare-no-build-prop',
      'prepare-not-taken',
      'prepare-modem-odd',
      'prepare-modem-kept',
    ],
  );
  assert.equal(found.find(({ code }) => code === 'prepare-modem-kept')?.found, '2 files');
});
