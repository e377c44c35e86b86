import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBuild } from '../../src/input/open-build.js';
import { readHead } from '../../src/input/zip/head.js';
import { readPacked } from '../../src/input/zip/packed.js';
import { sha1Of } from '../../src/model/digest.js';
import { InputError } from '../../src/model/errors.js';
import { toBuildPath } from '../../src/model/path.js';
import type { Progress } from '../../src/model/progress.js';
import { seededRandom } from '../support/random.js';
import { file, link, type NodeSpec, writeTargetFiles } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('read-in-threads');
const random = seededRandom(1);
/** More than threads are started for, in files of all sizes, one of them too long for a thread. */
const files = new Map(
  [0, 1, 1000, 70_000, 300_000, 5 * 2 ** 20, ...Array.from({ length: 14 }, () => 2 ** 20)].map((size, i) => [
    `SYSTEM/lib/file-${i}`,
    random.bytes(size).map((byte) => byte & (i % 2 === 0 ? 255 : 15)),
  ]),
);
const nodes: Record<string, NodeSpec> = { 'SYSTEM/lib/a link': link('file-3') };
for (const [path, data] of files) nodes[path] = file(data);

for (const stored of [false, true]) {
  test(`integration: a zip that is read in threads, ${stored ? 'stored' : 'deflated'}`, async () => {
    const path = writeTargetFiles(join(work, String(stored)), { nodes, stored });
    const told: Progress[] = [];
    const { build, content } = await openBuild(path, { modes: 'build', onProgress: (each) => told.push(each) });
    try {
      for (const [name, data] of files) {
        const entry = build.entries.get(toBuildPath(name));
        assert.deepEqual(entry?.kind === 'file' && entry.content, { size: data.length, sha1: sha1Of(data) }, name);
        const place = content.packed?.(toBuildPath(name));
        assert.ok(place !== undefined);
        const read = readPacked(place.fd, [place.record], (bytes) => Buffer.from(bytes));
        assert.ok(read[0]?.equals(data), name);
        const head = readHead(place, 4096);
        // Zeros and half bytes expand well, random bytes hardly; of a stream cut off some bytes may be missing at its end.
        if (head === undefined) assert.ok(!stored && data.length > 4096, name);
        else {
          assert.ok(head.length >= Math.min(4096, data.length), name);
          assert.deepEqual(Buffer.from(head), Buffer.from(data.subarray(0, head.length)), name);
        }
        const wrong = { ...place.record, crc32: place.record.crc32 ^ 1 };
        assert.deepEqual(
          readPacked(place.fd, [wrong], () => 'made'),
          [undefined],
        );
      }
      const target = build.entries.get(toBuildPath('SYSTEM/lib/a link'));
      assert.equal(target?.kind === 'link' && target.destination, 'file-3');
      assert.equal(content.packed?.(toBuildPath('SYSTEM/lib/a link')), undefined);
      const last = told.at(-1);
      assert.equal(last?.doneBytes, last?.totalBytes);
      assert.equal(last?.doneItems, last?.totalItems);
    } finally {
      await content.close();
    }
  });
}

test('integration: damage is told of each entry, whoever reads it', async () => {
  const path = writeTargetFiles(join(work, 'damaged'), { nodes, stored: true });
  const zip = readFileSync(path);
  for (const name of ['SYSTEM/lib/file-4', 'SYSTEM/lib/file-5', 'SYSTEM/lib/file-9']) {
    const at = zip.indexOf(Buffer.from(files.get(name) ?? []));
    zip[at + 1234] = (zip[at + 1234] ?? 0) ^ 0x40;
  }
  writeFileSync(path, zip);
  await assert.rejects(openBuild(path, { modes: 'build' }), (error) => {
    assert.ok(error instanceof InputError);
    assert.deepEqual(
      error.faults.map(({ code, place }) => [code, place?.entry]),
      ['4', '5', '9'].map((name) => ['zip-crc-mismatch', `SYSTEM/lib/file-${name}`]),
    );
    return true;
  });
});

test('integration: the file that is wanted early is told of before the others are read', async () => {
  const path = writeTargetFiles(join(work, 'early'), { nodes });
  const early = toBuildPath('SYSTEM/lib/file-5');
  const data = files.get('SYSTEM/lib/file-5') ?? new Uint8Array();
  let read: Promise<Uint8Array> | undefined;
  const { content } = await openBuild(path, {
    modes: 'build',
    early: {
      path: early,
      found: (found, bytes) => {
        assert.deepEqual(found, { size: data.length, sha1: sha1Of(data) });
        read = bytes();
      },
    },
  });
  assert.ok(Buffer.from((await read) ?? []).equals(data));
  await content.close();
});

test('integration: an abort stops the threads', async () => {
  const path = writeTargetFiles(join(work, 'abort'), { nodes });
  const stop = new AbortController();
  const opened = openBuild(path, {
    modes: 'build',
    signal: stop.signal,
    onProgress: () => stop.abort(new Error('enough')),
  });
  await assert.rejects(opened, /enough/);
});
