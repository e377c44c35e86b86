import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sharedParts, sketchOf } from '../../src/plan/sketch.js';
import { seededRandom } from '../support/random.js';

function noise(seed: number, size: number): Uint8Array {
  return seededRandom(seed).bytes(size);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

describe('unit: sketches', () => {
  it('find a file again in itself, whatever stands before it', () => {
    for (const size of [4_000, 200_000]) {
      const file = noise(1, size);
      const moved = joined(noise(2, size / 4), file);
      assert.equal(sharedParts(sketchOf(file), sketchOf(file)), 1);
      const share = sharedParts(sketchOf(file), sketchOf(moved));
      assert(share > 0.7, `${size} bytes: ${share}`);
    }
  });

  it('see half a likeness as half', () => {
    const common = noise(3, 100_000);
    const share = sharedParts(sketchOf(joined(common, noise(4, 100_000))), sketchOf(joined(common, noise(5, 100_000))));
    assert(share > 0.3 && share < 0.7, String(share));
  });

  it('see none between noise and noise, nor in padding', () => {
    assert.equal(sharedParts(sketchOf(noise(6, 50_000)), sketchOf(noise(7, 50_000))), 0);
    assert.deepEqual(sketchOf(new Uint8Array(100_000)).hashes, []);
    assert.deepEqual(sketchOf(new Uint8Array(1_000).fill(255)).hashes, []);
  });

  it('are the same for the same bytes at any place in memory, and bounded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), fc.integer({ min: 0, max: 7 }), (bytes, shift) => {
        const elsewhere = new Uint8Array(bytes.length + shift);
        elsewhere.set(bytes, shift);
        assert.deepEqual(sketchOf(elsewhere.subarray(shift)), sketchOf(bytes));
      }),
    );
    const large = noise(8, 300_001);
    assert.deepEqual(sketchOf(joined(new Uint8Array(3), large).subarray(3)), sketchOf(large));
    assert(sketchOf(large).hashes.length <= 192);
  });
});
