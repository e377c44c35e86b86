import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDeviceFiles, filesNeeded } from '../../src/checks/device-files.js';
import type { Build } from '../../src/model/build.js';
import type { Sha1 } from '../../src/model/digest.js';
import { noListRules } from '../../src/model/list-rules.js';
import { parseParts } from '../../src/model/parts.js';
import { type BuildPath, toBuildPath } from '../../src/model/path.js';
import { planDelta } from '../../src/plan/plan.js';
import { abstractBuild, contentOf } from '../support/abstract-build.js';

const source = abstractBuild({
  'SYSTEM/bin/app': { file: 'app 1' },
  'SYSTEM/bin/same': { file: 'same' },
  'SYSTEM/firmware/image/m': { file: 'm 1' },
  'SYSTEM/lib/x.so.1': { file: 'x' },
  'SYSTEM/etc/quectel-project-version': { file: 'A01' },
});
const target = abstractBuild({
  'SYSTEM/bin/app': { file: 'app 2' },
  'SYSTEM/bin/same': { file: 'same' },
  'SYSTEM/firmware/image/m': { file: 'm 2' },
  'SYSTEM/lib/x.so.2': { file: 'x' },
  'SYSTEM/etc/quectel-project-version': { file: 'A01' },
});
const plan = planDelta({
  source,
  target,
  rules: noListRules,
  parts: parseParts(['a']) ?? new Set(),
  bootUpdate: 'resumable',
  permissions: 'set_perm',
  chmod: 'on-top',
  levers: { moves: true, copies: true, crossBases: true, basesPerFile: 3 },
  sketches: new Map(),
});

function device(from: Build, edits: Readonly<Record<string, string | undefined>> = {}) {
  const files = new Map<BuildPath, Sha1>();
  for (const [path, entry] of from.entries) if (entry.kind === 'file') files.set(path, entry.content.sha1);
  for (const [path, word] of Object.entries(edits)) {
    if (word === undefined) files.delete(toBuildPath(path));
    else files.set(toBuildPath(path), contentOf(word).sha1);
  }
  return { origin: 'system.sha1', files };
}

const codes = (files: ReturnType<typeof device>) =>
  checkDeviceFiles(source, filesNeeded(plan), files).map(({ code, place }) => `${code} ${place?.entry ?? ''}`);

test('unit: a module that runs the source, or is half updated, is fine', () => {
  assert.deepEqual(codes(device(source)), []);
  assert.deepEqual(codes(device(source, { 'SYSTEM/bin/app': 'app 2' })), []);
  assert.deepEqual(codes(device(source, { 'SYSTEM/bin/same': 'touched, but the package does not need it' })), []);
});

test('unit: files that would end the update with 510 are named', () => {
  assert.deepEqual(codes(device(source, { 'SYSTEM/bin/app': 'edited', 'SYSTEM/lib/x.so.1': undefined })), [
    'device-file-differs SYSTEM/bin/app',
    'device-file-missing SYSTEM/lib/x.so.1',
  ]);
});

test('unit: a list without the modem says so once', () => {
  assert.deepEqual(codes(device(source, { 'SYSTEM/firmware/image/m': undefined })), ['device-modem-not-listed ']);
});

test('unit: another version, and files of something else, are told as such', () => {
  assert.deepEqual(codes(device(source, { 'SYSTEM/etc/quectel-project-version': 'A00' })), [
    'device-version-differs SYSTEM/etc/quectel-project-version',
  ]);
  assert.deepEqual(codes({ origin: 'photos', files: new Map() }), ['device-files-unlike ']);
});

test('unit: a module of another build gives a bounded list', () => {
  const nodes = (word: string) =>
    Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`SYSTEM/f${index}`, { file: `${word} ${index}` }]));
  const needed = new Map(
    [...abstractBuild(nodes('a')).entries].flatMap(([path, entry]) =>
      entry.kind === 'file' ? [[path, new Set([entry.content.sha1])] as const] : [],
    ),
  );
  const findings = checkDeviceFiles(abstractBuild(nodes('a')), needed, device(abstractBuild(nodes('b'))));
  assert.equal(findings.length, 101);
  assert.match(findings.at(-1)?.message ?? '', /^50 more files/);
});

test('unit: a list whose names lost their capitals is compared all the same, and that is told once', () => {
  const whole = device(source);
  const upper = (path: string) => toBuildPath(`SYSTEM/${path.slice(7).toUpperCase()}`);
  const loud = { ...whole, files: new Map([...whole.files].map(([path, sha1]) => [upper(path), sha1])) };
  assert.deepEqual(codes(loud), ['device-names-case ']);
  const one = device(source, { 'SYSTEM/bin/app': undefined, 'SYSTEM/bin/APP': 'app 1' });
  assert.deepEqual(codes(one), ['device-file-missing SYSTEM/bin/app']);
});
