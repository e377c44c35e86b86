import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { noBlocks } from '../../../src/formats/ubifs/file-blocks.js';
import { scanBlock } from '../../../src/formats/ubifs/scan.js';
import * as nodes from '../../support/ubifs-nodes.js';

describe('unit: reading the nodes of a block', () => {
  const node = nodes.seal(nodes.inode({ inum: 7, mode: 0o100644 }), 1);

  test('a rescue goes on behind an erased run of any length, at any place', () => {
    for (const rubbish of [0x00, 0x31, 0xce]) {
      for (let erased = 0; erased <= 24; erased += 1) {
        for (let before = 0; before < 24; before += 1) {
          const damage = Buffer.concat([
            Buffer.alloc(before, 0x55),
            Buffer.alloc(erased, 0xff),
            Buffer.from([rubbish]),
          ]);
          const block = Buffer.concat([
            damage,
            Buffer.alloc((8 - (damage.length % 8)) % 8, rubbish),
            node,
            Buffer.alloc(64, 0xff),
          ]);
          const scan = scanBlock(block, 3, 0, true);
          assert.deepEqual(
            scan.nodes.map(({ type }) => type),
            ['inode'],
            `${erased} erased bytes behind ${before}`,
          );
        }
      }
    }
  });

  test('without resume an erased run ends the block, and damage is told', () => {
    const block = Buffer.concat([node, Buffer.alloc(8, 0x11), node, Buffer.alloc(64, 0xff)]);
    assert.deepEqual(scanBlock(block, 3, 0).damagedAt, node.length);
    assert.equal(scanBlock(block, 3, 0).nodes.length, 1);
    assert.equal(scanBlock(Buffer.concat([node, Buffer.alloc(64, 0xff)]), 3, 0).damagedAt, undefined);
  });

  test('headers that each claim the rest of the block are given up after a bounded number of CRCs', () => {
    const size = 1 << 20;
    const block = Buffer.alloc(size);
    const header = 24;
    for (let at = 0; at + header <= size; at += header) {
      block.writeUInt32LE(0x06101831, at);
      block.writeUInt32LE(size - at, at + 16);
      block.writeUInt8(9, at + 20);
    }
    const spot = size - (size % header) - header;
    node.copy(block, spot - node.length);
    const scan = scanBlock(block, 3, 0, true);
    assert.deepEqual(scan.nodes, []);
    assert.equal(scan.damagedAt, 0);
  });

  test('property: a rescue of any bytes ends, with nodes in order', () => {
    const piece = fc.oneof(
      fc.constant(node),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.nat(40).map((length) => Buffer.alloc(length, 0xff)),
      fc.nat(40).map((length) => Buffer.alloc(length, 0xce)),
      fc.constant(node.subarray(0, 24)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const block = Buffer.concat([...pieces, Buffer.alloc(8)]);
        const offsets = scanBlock(block, 3, 0, true).nodes.map(({ at }) => at.offset);
        assert.deepEqual(
          offsets,
          [...new Set(offsets)].sort((a, b) => a - b),
        );
      }),
    );
  });
});

describe('unit: the blocks of a file', () => {
  test('property: placing and cutting gives what a plain table gives', () => {
    const step = fc.record({ cut: fc.boolean(), block: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const blocks = noBlocks();
        const plain = new Map<number, number>();
        for (const [index, { cut, block }] of steps.entries()) {
          if (cut) {
            blocks.cut(block);
            for (const known of [...plain.keys()]) if (known >= block) plain.delete(known);
          } else {
            blocks.place(block, { lnum: index, offset: 0, length: 48 });
            plain.set(block, index);
          }
        }
        assert.deepEqual(new Map([...blocks.places].map(([block, at]) => [block, at.lnum])), plain);
      }),
    );
  });
});
