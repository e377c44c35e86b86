import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareFile } from '../../../src/audit/compare/compare-file.js';
import { readUbi } from '../../../src/formats/ubi/volumes.js';
import { factOf, inFolder, run } from '../../audit/support.js';

/** An image with a static and a dynamic volume, made by ubinize. */
function make(page: number, block: number, content: number, name: string): Uint8Array {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'data'), Buffer.alloc(content, 7));
    const volume = (id: number, type: string, title: string, more: string): string =>
      `[v${id}]\nmode=ubi\nimage=data\nvol_id=${id}\nvol_type=${type}\nvol_name=${title}\nvol_size=1MiB\n${more}`;
    writeFileSync(
      join(folder, 'ubi.ini'),
      `${volume(0, 'static', name, '')}${volume(1, 'dynamic', 'usrfs', 'vol_flags=autoresize\n')}`,
    );
    run('ubinize', ['-o', 'out.ubi', '-m', String(page), '-p', String(block), '-Q', '1', 'ubi.ini'], { cwd: folder });
    return new Uint8Array(readFileSync(join(folder, 'out.ubi')));
  });
}

for (const [page, block] of [
  [2048, 131_072],
  [4096, 262_144],
] as const) {
  test(`integration: volumes of an image with pages of ${page} and erase blocks of ${block} bytes`, () => {
    const image = readUbi(make(page, block, 300_000, 'rootfs'));
    assert.equal(image.eraseBlock, block);
    const used = Math.ceil(300_000 / (block - 2 * page));
    assert.deepEqual(
      image.volumes.map(({ name, type, present, autoResize }) => ({ name, type, present, autoResize })),
      [
        { name: 'rootfs', type: 'static', present: used, autoResize: false },
        { name: 'usrfs', type: 'dynamic', present: used, autoResize: true },
      ],
    );
  });
}

test('property: a renamed volume is told; broken images give notes', () => {
  const old = make(2048, 131_072, 200_000, 'rootfs');
  const inner = compareFile('SYSTEM/firmware/a.ubi', old, make(2048, 131_072, 200_000, 'system'));
  assert.equal(factOf(inner, 'volume rootfs')?.after, undefined);
  assert.match(factOf(inner, 'volume system')?.after ?? '', /^static/);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 0, max: 255 }), fc.boolean(), (at, byte, cut) => {
      const broken = cut ? old.slice(0, at * 20) : old.slice();
      if (!cut) broken[at] = byte;
      assert.ok(compareFile('a.ubi', old, broken).summary);
    }),
    { numRuns: 60 },
  );
});
