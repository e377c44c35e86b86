/** How the work of the reader grows, by counts: steps, and what is asked of the image. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { openSquashfs } from '../../../src/formats/squashfs/file-system.js';
import { makeSquashfs, type SquashfsNode } from '../../../src/images/squashfs/make.js';
import { type ByteSource, memorySource } from '../../../src/model/byte-source.js';
import { readTree } from '../../support/squashfs-tools.js';
import { assertLinearWaiting } from '../../support/work-count.js';

type Shape = (n: number) => readonly SquashfsNode[];

const file = (path: string, bytes: Uint8Array): SquashfsNode => ({ kind: 'file', path, mode: 0o644, bytes });
const times = (n: number, make: (at: number) => SquashfsNode): readonly SquashfsNode[] =>
  Array.from({ length: n }, (_, at) => make(at));

const shapes: Readonly<Record<string, Shape>> = {
  'files of one folder': (n) => times(n * 4, (at) => file(`file ${at}`, Buffer.from(`content ${at}`))),
  'files of many folders': (n) => times(n * 4, (at) => file(`folder ${at % n}/file ${at}`, Buffer.from(`${at}`))),
  'folders in folders': (n) =>
    // A path has at most 4,095 bytes.
    times(n, (at) => file(`${at % 10}/${'d/'.repeat(at / 10)}file`, Buffer.from(`${at}`))),
  links: (n) => times(n * 4, (at) => ({ kind: 'link', path: `link ${at}`, destination: `to/${at}` })),
  'a file of many blocks': (n) => [file('large', Buffer.alloc(4096 * n * 4, 'abcdefg'))],
  'ends of files in fragments': (n) => times(n, (at) => file(`file ${at}`, Buffer.alloc(5000, `${at} `))),
};

const imageOf = (nodes: readonly SquashfsNode[]): Uint8Array =>
  makeSquashfs(nodes, { blockSize: 4096, date: 0, pack: (bytes) => deflateSync(bytes, { level: 1 }) });

/** A source that counts what is asked of it. */
function counting(bytes: Uint8Array): {
  readonly source: ByteSource;
  readonly asked: { reads: number; bytes: number };
} {
  const inner = memorySource('image', bytes);
  const asked = { reads: 0, bytes: 0 };
  const source = {
    ...inner,
    read: async (position: number, length: number) => {
      const got = await inner.read(position, length);
      asked.reads += 1;
      asked.bytes += got.length;
      return got;
    },
  };
  return { source, asked };
}

for (const [name, shape] of Object.entries(shapes)) {
  test(`unit: twice as much is twice the work of the squashfs reader: ${name}`, async () => {
    await assertLinearWaiting(async (n) => {
      const image = imageOf(shape(n));
      const tree = await openSquashfs(memorySource('image', image));
      assert.deepEqual(tree.findings, []);
      return { opening: () => openSquashfs(memorySource('image', image)), reading: () => readTree(tree) };
    });
    const [once, twice] = await Promise.all(
      [300, 600].map(async (n) => {
        const { source, asked } = counting(imageOf(shape(n)));
        assert.ok((await readTree(await openSquashfs(source))).size >= Math.min(n, 300) / 300);
        return asked;
      }),
    );
    assert.ok(once !== undefined && twice !== undefined && once.reads > 5);
    assert.ok(twice.reads <= 2.35 * once.reads + 20, `${once.reads} reads become ${twice.reads}`);
    assert.ok(twice.bytes <= 2.35 * once.bytes + 100_000, `${once.bytes} bytes read become ${twice.bytes}`);
  });
}
