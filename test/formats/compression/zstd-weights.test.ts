import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { unpackZstd, unpackZstdFrame } from '../../../src/formats/compression/zstd.js';
import { FormatError } from '../../../src/formats/format-error.js';
import { kept } from '../../support/fuzz/samples.js';

/** Found by the fuzz: one symbol has all states of the table of Huffman weights, so that reading them uses up no bit. */
const endless =
  '28b52ffd0458b5050072c61215f063e74eda4b285d8d7f76a59449a624fb15877303ef99d51e91557afe98e963abcfb1e2c2235ab5ee44aafa4a9c2aafd07dcccaff90d9fd8c91c1200a002130380a4470109a0c0651043b2090235507050e6109c44610615d33221191db6184a56b1044440439482087b02032b2c80d127688b0aeb5eb9a88216cd710c10e5320788708eb1a4474588708db3544747887088bae11226a876b8790d02184a96ba4ebce220861ea1a7dd783d81d0a615067f14cf78e5e';

test('unit: Huffman weights of zstd that never end are refused, by both doors', () => {
  const bytes = Buffer.from(endless, 'hex');
  for (const read of [() => unpackZstd(bytes, 1 << 20), () => unpackZstdFrame(stated(bytes), 1)]) {
    assert.throws(read, (error) => error instanceof FormatError && /never end/.test(error.message));
  }
});

/** The same frame with the size of its content in place of its window. */
function stated(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 4), Buffer.from([bytes.readUInt8(4) | 0x20, 1]), bytes.subarray(6)]);
}

test('unit: sound frames with Huffman weights of their own are read', () => {
  assert.ok(unpackZstd(kept('plain.zst'), 1 << 20).bytes.length > 100);
});
