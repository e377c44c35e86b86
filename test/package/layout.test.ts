import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Of } from '../../src/model/digest.js';
import { noListRules } from '../../src/model/list-rules.js';
import type { Encoding, Payload } from '../../src/model/operation.js';
import { type BuildPath, fromBytes, fromText } from '../../src/model/path.js';
import { layoutPackage } from '../../src/package/layout.js';
import { metadataText } from '../../src/package/metadata.js';
import { deviceOrder } from '../../src/plan/order.js';
import { planDelta } from '../../src/plan/plan.js';
import { encodeOperations, settle } from '../../src/plan/settle.js';
import { type AbstractNode, abstractBuild } from '../support/abstract-build.js';
import { withIdentities } from '../support/identities.js';

function payload(name: string): Payload {
  return { id: sha256Of(Buffer.from(name)), size: name.length, packageBytes: name.length };
}

/** The layout for a pair where every patch that can be made is made, but for the paths in `whole`. */
function layoutOf(
  source: Readonly<Record<string, AbstractNode>>,
  target: Readonly<Record<string, AbstractNode>>,
  whole: readonly string[] = [],
) {
  const bytes = 'Project Rev :  R1\r\n';
  const delta = planDelta({
    source: { ...abstractBuild(source), projectVersion: { bytes, revision: 'R1', project: 'P' } },
    target: abstractBuild(target),
    rules: noListRules,
    parts: new Set(['l', 'm', 'o'] as const),
    bootUpdate: 'resumable',
    permissions: 'set_perm',
    chmod: 'merged',
    levers: { moves: false, copies: false, crossBases: false, basesPerFile: 1 },
    sketches: new Map(),
  });
  const encodings = new Map<BuildPath, Encoding>();
  for (const op of encodeOperations(delta)) {
    const base = op.kind === 'encode-file' ? op.bases[0]?.path : op.path;
    const patched = base !== undefined && !whole.includes(op.path);
    encodings.set(op.path, {
      chosen: patched
        ? { kind: 'patch', base, format: 'BSDIFF40', payload: payload(`patch ${op.path}`) }
        : { kind: 'whole', payload: payload(`whole ${op.target.sha1}`) },
      alternatives: [],
    });
  }
  const settled = withIdentities(settle(delta, encodings), (size) => payload(`identity ${size}`));
  const ipthDua = Buffer.from('dua');
  return layoutPackage(settled, deviceOrder(settled), {
    script: 'a;\n\xff',
    updateBinary: Buffer.from('elf'),
    ipthDua,
  });
}

test('unit: whole files, then changed ones, then partitions, then what the device reads first', () => {
  const entries = layoutOf(
    {
      'BOOTABLE_IMAGES/boot.img': { file: 'boot1' },
      'SYSTEM/bin/app': { file: 'app1' },
      'SYSTEM/build.prop': { file: 'prop1' },
      'SYSTEM/etc/hard': { file: 'hard1' },
      'SYSTEM/etc/was-link': { link: 'x' },
    },
    {
      'BOOTABLE_IMAGES/boot.img': { file: 'boot2' },
      'SYSTEM/bin/app': { file: 'app2' },
      'SYSTEM/build.prop': { file: 'prop2' },
      'SYSTEM/empty-folder': { directory: true },
      'SYSTEM/etc/hard': { file: 'hard2' },
      'SYSTEM/etc/new': { file: 'new' },
      'SYSTEM/etc/same-as-new': { file: 'new' },
      'SYSTEM/etc/was-link': { file: 'now a file' },
      'SYSTEM/etc/Ω': { file: 'named' },
    },
    ['SYSTEM/etc/hard'],
  );
  assert.deepEqual(
    entries.map(({ name, mode }) => `${name}${mode === 0o755 ? ' 0755' : ''}`),
    [
      'system/etc/new',
      'system/etc/was-link',
      'dfota/file/3',
      'patch/system/bin/app.p',
      'patch/system/build.prop.p',
      'system/etc/hard',
      'patch/boot.img.p',
      'patch/identity-200.p',
      'dfota/directory/.dfota',
      'META-INF/com/google/android/updater-script',
      'META-INF/com/google/android/update-binary 0755',
      'META-INF/com/google/android/ipth_dua 0755',
      'META-INF/com/android/metadata',
      'quectel-project-version',
    ],
  );
  const bytesOf = (name: string) => {
    const content = entries.find((entry) => entry.name === name)?.content;
    return content?.kind === 'bytes' ? fromBytes(content.bytes) : undefined;
  };
  assert.equal(bytesOf('META-INF/com/google/android/updater-script'), 'a;\n\xff');
  assert.equal(bytesOf('quectel-project-version'), 'Project Rev :  R1\r\n');
  assert.equal(bytesOf('META-INF/com/android/metadata'), 'pre-build=R1\npre-device=P\n');
  assert.equal(bytesOf('patch/boot.img.p'), undefined);
});

test('unit: a package without changes still holds what the device needs', () => {
  const same = { 'SYSTEM/a': { file: 'a' } };
  assert.deepEqual(
    layoutOf(same, same).map(({ name }) => name.slice(name.lastIndexOf('/') + 1)),
    ['updater-script', 'update-binary', 'ipth_dua', 'metadata', 'quectel-project-version'],
  );
});

test('unit: metadata says what the builds say, and nothing else', () => {
  assert.equal(metadataText(undefined, undefined), '');
  assert.equal(
    metadataText(
      { bytes: '', project: fromText('Ω'), revision: 'one\ntwo' },
      { bytes: '', revision: 'R2', packageTime: '2022-06-22,15:50' },
    ),
    'post-build=R2\npost-timestamp=1655913000\npre-build=one two\npre-device=\xce\xa9\n',
  );
  assert.equal(metadataText(undefined, { bytes: '', packageTime: 'yesterday' }), '');
});
