import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { comparedInputFindings } from '../../../src/checks/builds/compared-inputs.js';
import { listFindings } from '../../../src/checks/lists/check-lists.js';
import { listFileNames } from '../../../src/input/lists/list-file-names.js';
import { readLists } from '../../../src/input/lists/read-lists.js';
import { openBuild } from '../../../src/input/open-build.js';
import type { Build } from '../../../src/model/build.js';
import type { Finding } from '../../../src/model/finding.js';
import { type ListName, noListRules } from '../../../src/model/list-rules.js';
import { file, link, type TargetFilesSpec, writeTargetFiles } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('list-findings');
let folders = 0;
const fresh = (): string => join(work, String(++folders));

async function buildOf(spec: TargetFilesSpec): Promise<Build> {
  const { build, content } = await openBuild(writeTargetFiles(fresh(), spec), { modes: 'build' });
  await content.close();
  return build;
}

async function rulesOf(lists: Partial<Record<ListName, string>>) {
  const folder = fresh();
  mkdirSync(folder);
  for (const name of ['noota', 'fullota', 'chmod', 'multifota'] as const)
    writeFileSync(join(folder, listFileNames[name]), lists[name] ?? '');
  return (await readLists(folder)).rules;
}

const sourceSpec: TargetFilesSpec = {
  nodes: {
    'SYSTEM/etc/webui/test.cfg': file('1'),
    'SYSTEM/etc/webui/same.cfg': file('same'),
    'SYSTEM/lib/libnet.so': file('so'),
    'SYSTEM/bin/sh': link('busybox'),
    'MULTIFOTA/abl.elf': file('abl 1'),
    'MULTIFOTA/tz.mbn': file('tz'),
  },
};
const targetSpec: TargetFilesSpec = {
  revision: 'A02',
  packageTime: '2023-01-01,00:00',
  nodes: {
    ...sourceSpec.nodes,
    'SYSTEM/etc/webui/test.cfg': file('2'),
    'SYSTEM/etc/webui/new.cfg': file('new'),
    'MULTIFOTA/abl.elf': file('abl 2'),
    'MULTIFOTA/aop.mbn': file('aop'),
  },
};

async function findingsFor(lists: Partial<Record<ListName, string>>): Promise<readonly Finding[]> {
  return listFindings(await rulesOf(lists), await buildOf(sourceSpec), await buildOf(targetSpec));
}

const told = (findings: readonly Finding[]) =>
  findings.map(({ code, place, found, remedy }) => [code, place?.line, found, remedy]);
const mapped = 'MULTIFOTA/abl.elf abl\nMULTIFOTA/aop.mbn aop\n';

test('unit: lists that fit the builds give no finding', async () => {
  const lists = {
    fullota: 'SYSTEM/etc/webui/test.cfg\nSYSTEM/lib/*.so\n',
    noota: 'SYSTEM/etc/webui/same.cfg\n',
    multifota: mapped,
  };
  assert.deepEqual(await findingsFor(lists), []);
});

test('unit: the starter lists match nothing without a word', async () => {
  const { rules } = await readLists(undefined);
  assert.deepEqual(listFindings({ ...rules, images: [] }, await buildOf({}), await buildOf({})), []);
});

test('unit: lines that match nothing, and what they may have meant', async () => {
  const start = "paths start at the archive's top folder, as in SYSTEM/etc/file";
  const findings = await findingsFor({
    noota: 'lib/*.so\nSYSTEM/etc/webui/tset.cfg\nsystem/lib/libnet.so\nSYSTEM/quite/different\nSYSTEM/etc/webu/\n',
    fullota: 'etc/webui/\nSYSTEM/bin/sh\n',
    multifota: mapped,
  });
  assert.deepEqual(told(findings), [
    ['rule-matches-nothing', 1, '0 of 26 paths', `did you mean SYSTEM/lib/*.so? ${start}`],
    ['rule-matches-nothing', 2, '0 of 26 paths', `did you mean SYSTEM/etc/webui/test.cfg? ${start}`],
    ['rule-matches-nothing', 3, '0 of 26 paths', `did you mean SYSTEM/lib/libnet.so? ${start}`],
    ['rule-matches-nothing', 4, '0 of 26 paths', `correct the line, or remove it; ${start}`],
    ['rule-matches-nothing', 5, '0 of 26 paths', `did you mean SYSTEM/etc/webui/? ${start}`],
    ['rule-matches-nothing', 1, '0 of 14 paths', `did you mean SYSTEM/etc/webui/? ${start}`],
    ['rule-matches-nothing', 2, '0 of 14 paths', `correct the line, or remove it; ${start}`],
  ]);
});

test('unit: in both lists, and kept although it differs', async () => {
  const findings = await findingsFor({
    noota: 'SYSTEM/etc/webui/\n',
    fullota: 'SYSTEM/etc/webui/*.cfg\n',
    multifota: mapped,
  });
  assert.deepEqual(
    findings.map(({ code, found }) => [code, found]),
    [
      ['rule-in-noota-and-fullota', 'SYSTEM/etc/webui/new.cfg, SYSTEM/etc/webui/same.cfg, SYSTEM/etc/webui/test.cfg'],
      ['noota-differs', 'SYSTEM/etc/webui/test.cfg'],
      ['noota-new', 'SYSTEM/etc/webui/new.cfg'],
    ],
  );
});

test('unit: the chmod list says two things of one path', async () => {
  const findings = await findingsFor({
    chmod: '/lib/libnet.so 644\n/lib/libnet.so 755\n/lib/libnet.so 755 0\n/lib/ 700\n',
    multifota: mapped,
  });
  assert.deepEqual(
    findings.map(({ code, place, found }) => [code, place?.line, found]),
    [['chmod-row-repeated', 2, '/lib/libnet.so 755 and /lib/libnet.so 644']],
  );
});

test('unit: images that are missing, unmapped, mapped twice, partitions that are not known', async () => {
  const findings = await findingsFor({
    multifota: 'MULTIFOTA/abl.efl abl\nMULTIFOTA/tz.mbn tzz\nMULTIFOTA/tz.mbn tz\nMULTIFOTA/abl.elf tz\n',
  });
  assert.deepEqual(
    findings.map(({ code, place, remedy }) => [code, place?.line ?? place?.entry, remedy]),
    [
      ['multifota-image-missing', 1, 'did you mean MULTIFOTA/abl.elf?'],
      ['multifota-partition-unknown', 2, 'check the name on the module (cat /proc/mtd)'],
      ['multifota-mapped-twice', 3, 'remove one of the two lines'],
      ['multifota-mapped-twice', 4, 'remove one of the two lines'],
      [
        'multifota-image-unmapped',
        'MULTIFOTA/aop.mbn',
        'map it to its partition in quectel_multifota_filelist.txt, or upgrade it in another way',
      ],
    ],
  );
  const [, , , , unmapped] = findings;
  assert.match(unmapped?.message ?? '', /is new and is not sent/);
  assert.deepEqual(listFindings(noListRules, await buildOf(sourceSpec), await buildOf(targetSpec), new Set(['l'])), []);
});

test('unit: inputs held against each other', async () => {
  const [source, target] = [await buildOf(sourceSpec), await buildOf(targetSpec)];
  const codes = (a: Build, b: Build) => comparedInputFindings(a, b).map(({ code }) => code);
  assert.deepEqual(codes(source, target), []);
  assert.deepEqual(codes(source, source), ['same-input-twice']);
  assert.deepEqual(codes(target, source), ['target-older']);
  const flattened = await buildOf({
    ...targetSpec,
    nodes: {
      ...targetSpec.nodes,
      'SYSTEM/bin/busybox': file('busybox itself'),
      'SYSTEM/bin/sh': file('busybox itself'),
    },
  });
  assert.deepEqual(codes(source, flattened), ['links-flattened']);
  // One link that became a file of its own is no accident.
  const replaced = await buildOf({ ...targetSpec, nodes: { ...targetSpec.nodes, 'SYSTEM/bin/sh': file('a shell') } });
  assert.deepEqual(codes(source, replaced), []);
  const without = await buildOf({ ...targetSpec, nodes: { ...targetSpec.nodes, 'SYSTEM/bin/sh': null } });
  assert.deepEqual(codes(source, without), []);
  const version = file('Project Name: EC20\nBranch  Name: X\nCustom  Name: ACME\nPackage Time: 2030-1-1,00:00\n');
  const other = await buildOf({ nodes: { ...sourceSpec.nodes, 'SYSTEM/etc/quectel-project-version': version } });
  assert.deepEqual(codes(source, other), ['other-project', 'other-branch', 'other-custom']);
  assert.deepEqual(
    codes(source, await buildOf({ nodes: { 'SYSTEM/bin/sh': link('x'), 'SYSTEM/etc/quectel-project-version': null } })),
    [],
  );
});
