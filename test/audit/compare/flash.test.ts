import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { compareContents, compareFile } from '../../../src/audit/compare/compare-file.js';
import { readUbi } from '../../../src/formats/ubi/image.js';
import { memorySource } from '../../../src/model/byte-source.js';
import { type Flash, logicalBlock, makeUbifs, withoutMtdUtils } from '../../support/flash-images.js';
import * as nodes from '../../support/ubifs-nodes.js';
import { watched } from '../../support/watched.js';
import { workFolder } from '../../support/work-folder.js';
import { factOf, inFolder, run } from '../support.js';

interface VolumeSpec {
  readonly type: 'static' | 'dynamic';
  readonly name: string;
  readonly content: Uint8Array;
  readonly more?: string;
}

/** An image made by ubinize. */
function make(page: number, block: number, volumes: readonly VolumeSpec[]): Uint8Array {
  return inFolder((folder) => {
    const lines = volumes.map(({ type, name, content, more }, id) => {
      writeFileSync(join(folder, `data${id}`), content);
      const size = Math.ceil(content.length / 1024) + 512;
      return `[v${id}]\nmode=ubi\nimage=data${id}\nvol_id=${id}\nvol_type=${type}\nvol_name=${name}\nvol_size=${size}KiB\n${more ?? ''}`;
    });
    writeFileSync(join(folder, 'ubi.ini'), lines.join(''));
    run('ubinize', ['-o', 'out.ubi', '-m', String(page), '-p', String(block), '-Q', '1', 'ubi.ini'], { cwd: folder });
    return new Uint8Array(readFileSync(join(folder, 'out.ubi')));
  });
}

function plain(content: Uint8Array, name: string): readonly VolumeSpec[] {
  return [
    { type: 'static', name, content },
    { type: 'dynamic', name: 'usrfs', content, more: 'vol_flags=autoresize\n' },
  ];
}

describe('integration: flash images in an audit', { skip: withoutMtdUtils }, () => {
  const flash: Flash = { page: 2048, eraseBlock: 128 * 1024 };
  const work = workFolder('audit-flash');
  const thread = watched();
  after(() => thread.close());

  for (const [page, block] of [
    [2048, 131_072],
    [4096, 262_144],
  ] as const) {
    test(`volumes of an image with pages of ${page} and erase blocks of ${block} bytes`, async () => {
      const image = await readUbi(memorySource('image', make(page, block, plain(Buffer.alloc(300_000, 7), 'rootfs'))));
      assert.equal(image.geometry.eraseBlock, block);
      assert.equal(image.imageSequence, 1);
      const used = Math.ceil(300_000 / (block - 2 * page));
      assert.deepEqual(
        image.volumes.map(({ name, kind, mapped, autoResize }) => ({ name, kind, present: mapped.length, autoResize })),
        [
          { name: 'rootfs', kind: 'static', present: used, autoResize: false },
          { name: 'usrfs', kind: 'dynamic', present: used, autoResize: true },
        ],
      );
    });
  }

  test('a renamed volume is told; a changed static volume is looked into', async () => {
    const text = (line: string): Buffer => Buffer.from(`one\n${line}\nthree\n`);
    const old = make(2048, 131_072, plain(text('two'), 'rootfs'));
    const inner = await compareContents('SYSTEM/a.ubi', old, make(2048, 131_072, plain(text('two'), 'system')));
    assert.equal(factOf(inner, 'volume rootfs')?.after, undefined);
    assert.match(factOf(inner, 'volume system')?.after ?? '', /^static/);
    assert.deepEqual(inner.members, []);
    const changed = await compareContents('SYSTEM/a.ubi', old, make(2048, 131_072, plain(text('2'), 'rootfs')));
    const member = changed.members?.find(({ name }) => name === 'rootfs');
    assert.deepEqual([member?.status, member?.before, member?.after], ['changed', 14, 12]);
    assert.equal(member?.inner?.kind, 'text');
    const moved = await compareContents('SYSTEM/a.ubi', undefined, old);
    assert.match(moved.summary, /^UBI image, 2 volumes/);
  });

  function fileSystem(edit: (folder: string) => void): Buffer {
    const folder = join(work, 'tree');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'etc'), { recursive: true });
    writeFileSync(join(folder, 'etc', 'app.conf'), 'speed=1\nname=a\n');
    writeFileSync(join(folder, 'etc', 'same'), Buffer.alloc(10_000, 'same'));
    writeFileSync(join(folder, 'etc', 'gone'), 'gone');
    writeFileSync(join(folder, 'mode'), 'mode');
    chmodSync(join(folder, 'mode'), 0o755);
    symlinkSync('etc/same', join(folder, 'link'));
    edit(folder);
    return makeUbifs(work, folder, flash);
  }
  const change = (folder: string): void => {
    writeFileSync(join(folder, 'etc', 'app.conf'), 'speed=2\nname=a\n');
    writeFileSync(join(folder, 'etc', 'new'), 'new');
    rmSync(join(folder, 'etc', 'gone'));
    chmodSync(join(folder, 'mode'), 0o4755);
    rmSync(join(folder, 'link'));
    symlinkSync('mode', join(folder, 'link'));
  };
  const expected = (prefix: string) => [
    [`${prefix}etc/app.conf`, 'changed'],
    [`${prefix}etc/gone`, 'removed'],
    [`${prefix}etc/new`, 'added'],
    [`${prefix}link`, 'changed'],
    [`${prefix}mode`, 'changed'],
  ];

  test('the files of an UBIFS are compared, alone and in a volume', async () => {
    const old = fileSystem(() => {});
    const now = fileSystem(change);
    const inUbi = (content: Buffer): Uint8Array => make(2048, 131_072, [{ type: 'dynamic', name: 'rootfs', content }]);
    for (const [prefix, inner] of [
      ['', await compareContents('SYSTEM/firmware/a.ubifs', old, now)],
      ['rootfs/', await compareContents('SYSTEM/firmware/a.ubi', inUbi(old), inUbi(now))],
    ] as const) {
      const members = inner.members ?? [];
      assert.deepEqual(
        members.map(({ name, status }) => [name, status]),
        expected(prefix),
      );
      const detail = (name: string) => members.find((member) => member.name === prefix + name)?.detail ?? '';
      assert.match(detail('mode'), /^-rwxr-xr-x \d+:\d+ → -rwsr-xr-x/);
      assert.match(detail('link'), /-> etc\/same → .*-> mode$/);
      assert.match(JSON.stringify(members[0]?.inner), /speed/);
    }
    const same = await compareContents('a.ubifs', old, Buffer.from(old));
    assert.deepEqual(same.members, []);
  });

  test('a volume that cannot be read on one side has lost nothing; a damaged file is named', async () => {
    const old = fileSystem(() => {});
    const broken = Buffer.from(old);
    broken.fill(0x55, 30, 100);
    const inner = await compareContents('a.ubifs', old, broken);
    assert.deepEqual(inner.members, []);
    assert.match(inner.notes?.join('\n') ?? '', /cannot be looked into: the superblock cannot be read/);
    const blockSize = logicalBlock(flash);
    const damaged = Buffer.from(old);
    for (let at = nodes.mainFirst(damaged) * blockSize; at < damaged.length; at += 8) {
      const data = damaged.readUInt32LE(at) === 0x06101831 && damaged.readUInt8(at + 20) === 1;
      if (data && damaged.readUInt32LE(at + 40) === 4096) damaged.writeUInt8(damaged.readUInt8(at + 50) ^ 1, at + 50);
    }
    const hurt = await compareContents('a.ubifs', old, damaged);
    assert.deepEqual(
      hurt.members?.map(({ name, inner: within }) => [name, within?.summary]),
      [['etc/same', 'unreadable']],
    );
    assert.match(hurt.notes?.join('\n') ?? '', /etc\/same: a part of the content cannot be read.*wrong CRC/);
  });

  test('files that claim holes without end cost nothing', async () => {
    const old = fileSystem(() => {});
    const blockSize = logicalBlock(flash);
    const holes = Array.from({ length: 40 }, (_, index) => [
      nodes.inode({ inum: 9000 + index, mode: 0o100644, size: 2 ** 31 }),
      nodes.entry(1, `hole${index}`, 9000 + index),
    ]).flat();
    const inner = await compareContents('a.ubifs', old, nodes.withJournal(old, blockSize, holes));
    assert.equal(inner.members?.length, 40);
    assert.match(inner.notes?.join('\n') ?? '', /40 files are compared by size alone/);
  });

  test('within a container an image is not opened', () => {
    const old = fileSystem(() => {});
    assert.match(compareFile('a.ubifs', old, fileSystem(change)).summary, /flash image/);
  });

  test('property: broken images give notes, and end', async () => {
    const images = [
      make(2048, 131_072, plain(Buffer.alloc(200_000, 7), 'rootfs')),
      new Uint8Array(fileSystem(() => {})),
    ];
    const hit = fc.record({
      image: fc.nat(1),
      at: fc.double({ min: 0, max: 0.999999, noNaN: true }),
      byte: fc.nat(255),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(hit, async ({ image, at, byte, cut }) => {
        const old = images[image] ?? new Uint8Array();
        const place = Math.floor(at * old.length);
        const broken = cut ? old.slice(0, place) : old.slice();
        if (!cut) broken[place] = byte;
        await thread.read('compare', broken);
        assert.ok((await compareContents('a.ubi', old, broken)).summary);
      }),
      { numRuns: 40 },
    );
  });
});
