import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkBuilds } from '../../../src/checks/builds/check-builds.js';
import type { CheckFacts } from '../../../src/checks/builds/facts.js';
import { linkTarget } from '../../../src/checks/builds/links.js';
import type { Build, Ownership } from '../../../src/model/build.js';
import { type ListRules, noListRules, type PathRule } from '../../../src/model/list-rules.js';
import { parseParts } from '../../../src/model/parts.js';
import { isWithin, toBuildPath } from '../../../src/model/path.js';
import { revisionNumbers } from '../../../src/model/revision.js';
import { type AbstractNode, abstractBuild } from '../../support/abstract-build.js';

type Nodes = Readonly<Record<string, AbstractNode>>;

const always: Nodes = {
  'SYSTEM/build.prop': { file: 'prop' },
  'BOOTABLE_IMAGES/boot.img': { file: 'kernel' },
  'SYSTEM/mnt': { directory: true },
};

function build(nodes: Nodes, revision: string, edits: Partial<Build> = {}): Build {
  const words = { project: 'RG520NNADA_VB', branch: 'SDX6X', custom: 'STD', revision };
  return {
    ...abstractBuild({ ...always, ...nodes }),
    origin: revision.includes('A01') ? 'v1.zip' : 'v2.zip',
    projectVersion: { bytes: `Project Rev : ${revision}\n`, ...words },
    ...edits,
  };
}

const source = (nodes: Nodes = {}, edits: Partial<Build> = {}) => build(nodes, 'RG520NNADAR01A01M4G_01.001', edits);
const target = (nodes: Nodes = {}, edits: Partial<Build> = {}) => build(nodes, 'RG520NNADAR01A02M4G_01.001', edits);

function partsOf(word: string) {
  const parts = parseParts([word]);
  if (parts === undefined) throw new RangeError(word);
  return parts;
}

function keep(...texts: string[]): ListRules {
  const rules = texts.map((text, index): PathRule => {
    const folder = text.endsWith('/') ? text.slice(0, -1) : undefined;
    return {
      at: { list: 'noota', file: 'noota.txt', line: index + 1 },
      text,
      form: folder === undefined ? 'exact' : 'folder',
      matches: (path) => (folder === undefined ? path === text : isWithin(path, folder)),
    };
  });
  return { ...noListRules, keep: rules };
}

/** The builds with every owner stated by filesystem_config.txt, so that ownership is not what a case is about. */
function stated(from: Build): Build {
  const state = (ownership: Ownership): Ownership => ({ ...ownership, origin: 'filesystem-config' });
  const entries = new Map(
    [...from.entries].map(([path, entry]) => [
      path,
      entry.kind === 'link' ? entry : { ...entry, ownership: state(entry.ownership) },
    ]),
  );
  return { ...from, entries };
}

function codes(facts: Partial<CheckFacts>): string[] {
  return findings(facts).map(({ code, severity }) => `${severity} ${code}`);
}

function findings(facts: Partial<CheckFacts>) {
  return checkBuilds({
    rules: noListRules,
    parts: partsOf('a'),
    ...facts,
    source: stated(facts.source ?? source()),
    target: stated(facts.target ?? target()),
  });
}

test('unit: two sound builds give no findings', () => {
  assert.deepEqual(codes({}), []);
});

const version = (bytes: string, more: object = {}) => ({ projectVersion: { bytes, project: 'P', ...more } });
const cases: [title: string, facts: Partial<CheckFacts>, expected: string[]][] = [
  ['source without a version', { source: abstractSource() }, ['error version-missing']],
  [
    'equal versions',
    { source: source({}, version('same')), target: target({}, version('same')) },
    ['warning version-equal'],
  ],
  ['a downgrade by revision', { source: target(), target: source() }, ['warning version-goes-back']],
  [
    'the same revision in a changed file',
    {
      source: source({}, version('1', { revision: 'x' })),
      target: target({}, version('2', { revision: 'x' })),
    },
    ['information version-same-revision'],
  ],
  [
    'an A/B build',
    {
      target: target(
        {},
        { partitions: [{ mountPoint: '/boot', fileSystem: 'emmc', type: 'EMMC', device: '/dev/boot_a' }] },
      ),
    },
    ['error two-slots'],
  ],
  [
    'an A/B build by its memory layout',
    { target: target({}, version('2', { revision: 'RG520NNADAR03A02M8G_01.001' })) },
    ['error two-slots'],
  ],
  [
    'links of which some were zipped without -y',
    {
      source: source({ 'SYSTEM/a': { link: 'mnt' }, 'SYSTEM/b': { link: 'mnt' }, 'SYSTEM/c': { link: 'mnt' } }),
      target: target({
        'SYSTEM/a': { file: 'x' },
        'SYSTEM/b': { file: 'x' },
        'SYSTEM/c': { file: 'x' },
        'SYSTEM/d': { link: 'mnt' },
      }),
    },
    ['warning links-flattened-partly'],
  ],
  [
    'a new link to nothing',
    { target: target({ 'SYSTEM/lib/a.so': { link: 'a.so.1' }, 'SYSTEM/lib/b.so': { link: '/run/b' } }) },
    ['information links-lead-nowhere'],
  ],
  [
    'an empty directory that is gone',
    { source: source({ 'SYSTEM/opt/spool': { directory: true } }) },
    ['information empty-directories-lost'],
  ],
  [
    'a target zipped without directory entries',
    {
      source: source({ 'SYSTEM/proc': { directory: true } }),
      target: target({ 'SYSTEM/mnt/file': { file: 'x' } }),
    },
    ['warning empty-directories-lost'],
  ],
  [
    'a changed modem that is left out',
    {
      parts: partsOf('l'),
      source: source({ 'SYSTEM/firmware/image/m': { file: '1' } }),
      target: target({ 'SYSTEM/firmware/image/m': { file: '2' } }),
    },
    ['warning part-left-out'],
  ],
  [
    'a changed modem alone',
    {
      source: source({ 'SYSTEM/firmware/image/m': { file: '1' } }),
      target: target({ 'SYSTEM/firmware/image/m': { file: '2' } }),
    },
    ['warning modem-alone'],
  ],
  [
    'changed kernel modules with the old kernel',
    { source: source({ 'SYSTEM/lib/a.ko': { file: '1' } }), target: target({ 'SYSTEM/lib/a.ko': { file: '2' } }) },
    ['warning modules-without-kernel'],
  ],
  [
    'changed kernel modules with a new kernel',
    {
      source: source({ 'SYSTEM/lib/a.ko': { file: '1' } }),
      target: target({ 'SYSTEM/lib/a.ko': { file: '2' }, 'BOOTABLE_IMAGES/boot.img': { file: 'k' } }),
    },
    [],
  ],
  [
    'a boot image too large',
    { target: target({}, { misc: { ...source().misc, bootSize: 100 } }) },
    ['error boot-too-large'],
  ],
  [
    'a boot image too large for the partition of the source',
    { source: source({}, { misc: { ...source().misc, bootSize: 100 } }) },
    ['error boot-too-large'],
  ],
  [
    'a root file system too large',
    { target: target({}, { misc: { ...source().misc, systemSize: 100 } }) },
    ['warning system-too-large'],
  ],
  [
    'a root file system without the reserve',
    { target: target({}, { misc: { ...source().misc, systemSize: 20_000_100 } }) },
    ['warning system-reserve'],
  ],
  [
    'no build.prop any more',
    { target: { ...target(), entries: without(target(), 'SYSTEM/build.prop') } },
    ['warning build-prop-missing', 'information files-deleted'],
  ],
  [
    'deleted files',
    { source: source({ 'SYSTEM/etc/mine': { file: 'x' }, 'SYSTEM/bin/old': { file: 'x' } }) },
    ['warning user-files-deleted', 'information files-deleted'],
  ],
  [
    'a deleted file that is kept',
    { source: source({ 'SYSTEM/etc/mine': { file: 'x' } }), rules: keep('SYSTEM/etc/mine') },
    [],
  ],
  [
    'a changed file under an overlay',
    { source: source({ 'SYSTEM/etc/x': { file: '1' } }), target: target({ 'SYSTEM/etc/x': { file: '2' } }) },
    ['warning overlay-overwritten'],
  ],
  [
    'a changed file under /usrdata',
    {
      source: source({ 'SYSTEM/usrdata/app': { file: '1' }, 'SYSTEM/usrdata/same': { file: '1' } }),
      target: target({ 'SYSTEM/usrdata/app': { file: '2' }, 'SYSTEM/usrdata/same': { file: '1' } }),
    },
    ['warning usrdata-not-updated'],
  ],
  [
    'a changed file where a squashfs is mounted, by the partition table',
    {
      source: source(
        { 'SYSTEM/oem/a': { file: '1' } },
        { partitions: [{ mountPoint: '/oem', fileSystem: 'squashfs', type: 'EMMC', device: 'oem' }] },
      ),
      target: target({ 'SYSTEM/oem/a': { file: '2' } }),
    },
    ['warning read-only-volume'],
  ],
  [
    "a new file where a squashfs is mounted, by the system's own table",
    { source: source(), target: target({ 'SYSTEM/oem/a': { file: '2' } }, { readOnlyMounts: ['/oem/'] }) },
    ['warning read-only-volume'],
  ],
  [
    'a system that is a squashfs',
    {
      source: source({ 'SYSTEM/lib/a': { file: '1' } }, { readOnlyMounts: ['/'] }),
      target: target({ 'SYSTEM/lib/a': { file: '2' } }),
    },
    ['warning read-only-volume'],
  ],
  [
    'a squashfs beside which nothing changes',
    {
      source: source({ 'SYSTEM/oem/a': { file: '1' } }, { readOnlyMounts: ['/oem'] }),
      target: target({ 'SYSTEM/oem/a': { file: '1' }, 'SYSTEM/oemdata/b': { file: '2' } }),
    },
    [],
  ],
  [
    'a mode that changes alone',
    {
      source: source({ 'SYSTEM/bin/x': { file: '1', mode: 0o755 } }),
      target: target({ 'SYSTEM/bin/x': { file: '1', mode: 0o644 } }),
    },
    ['warning permissions-change'],
  ],
  [
    'a set-uid bit that is lost',
    {
      source: source({ 'SYSTEM/bin/x': { file: '1', mode: 0o4755 } }),
      target: target({ 'SYSTEM/bin/x': { file: '2', mode: 0o755 } }),
    },
    ['warning set-uid-lost'],
  ],
  [
    'a default line of noota taken out',
    {
      source: source({ 'SYSTEM/kt_dms/ec25/kt_svc': { file: '1' } }),
      target: target({ 'SYSTEM/kt_dms/ec25/kt_svc': { file: '1' } }),
    },
    ['warning noota-default-removed'],
  ],
  ['a folder in noota', { rules: keep('SYSTEM/etc/webui/') }, ['information list-beyond-original']],
];
for (const [title, facts, expected] of cases) {
  test(`unit: check finds ${title}`, () => assert.deepEqual(codes(facts), expected));
}

function abstractSource(): Build {
  const { projectVersion: _, ...rest } = source();
  return rest;
}

function without(from: Build, path: string): Build['entries'] {
  return new Map([...from.entries].filter(([name]) => name !== path));
}

test('unit: owners that only some rows state, and that none states', () => {
  const [from, to] = [source(), target()];
  const all = { rules: noListRules, parts: partsOf('a'), source: from };
  assert.deepEqual(
    checkBuilds({ ...all, target: to }).map(({ severity, code }) => `${severity} ${code}`),
    ['information owners-not-covered'],
  );
  const some = new Map(to.entries);
  for (const [path, entry] of stated(to).entries) if (path === 'SYSTEM') some.set(path, entry);
  assert.deepEqual(
    checkBuilds({ ...all, target: { ...to, entries: some } }).map(({ severity, code }) => `${severity} ${code}`),
    ['warning owners-not-covered'],
  );
});

test('unit: every finding says what to do about it, in a sentence without a full stop', () => {
  for (const finding of cases.flatMap(([, facts]) => findings(facts))) {
    assert.ok(finding.remedy !== undefined, finding.code);
    assert.doesNotMatch(finding.message, /\.$/, finding.code);
  }
});

test('unit: a list of paths stays short', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`SYSTEM/bin/f${index}`, { file: 'x' }]));
  const [finding] = findings({ source: source(many) });
  assert.match(finding?.found ?? '', /and 35 more$/);
});

test('unit: revisions are ordered by their numbers', () => {
  assert.deepEqual(revisionNumbers('RG520NNADAR01A01M4G_OCPU_BETA_20220622B_01.001'), [1, 1, 1, 1]);
  assert.deepEqual(revisionNumbers('RG520NNADAR03A10M4G_OCPU_01.002'), [3, 10, 1, 2]);
  assert.equal(revisionNumbers('nightly'), undefined);
});

test('unit: links are followed inside the archive', () => {
  const at = (path: string, destination: string) => linkTarget({ kind: 'link', path: toBuildPath(path), destination });
  assert.equal(at('SYSTEM/lib/a', '../bin/./b'), 'SYSTEM/bin/b');
  assert.equal(at('SYSTEM/lib/a', '/etc/b'), 'SYSTEM/etc/b');
  assert.equal(at('SYSTEM/a', '../../../b'), undefined);
});

test('unit: a block size that no flash has is told, whichever build says it', () => {
  for (const blockSize of [0, 1, 3, 511, 100_000, 200_000, 0x7fffffff, 0xffffffff, 2 ** 25]) {
    const misc = { ...source().misc, blockSize };
    assert.deepEqual(codes({ target: target({}, { misc }) }), ['warning block-size-unfit'], `${blockSize}`);
    assert.deepEqual(codes({ source: source({}, { misc }) }), ['warning block-size-unfit'], `${blockSize}`);
  }
  for (const blockSize of [512, 4096, 131_072, 262_144, 2 ** 24]) {
    assert.deepEqual(codes({ target: target({}, { misc: { ...source().misc, blockSize } }) }), [], `${blockSize}`);
  }
});
