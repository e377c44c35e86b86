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

/** The same by its definition, window by window: sketches are kept in caches, so the hashes stay what they are. */
function defined(bytes: Uint8Array): readonly number[] {
  const units = bytes.length >= 65_536 ? [...new Int32Array(bytes.slice(0, bytes.length & ~3).buffer)] : [...bytes];
  const window = bytes.length >= 65_536 ? 4 : 16;
  const hashes = new Set<number>();
  for (let end = window; end <= units.length; end += 1) {
    const inside = units.slice(end - window, end);
    const hash = inside.reduce((sum, unit) => (Math.imul(sum, 0x01000193) + unit + 1) | 0, 0);
    let run = 1;
    while (run < units.length && units[end - 1 - run] === units[end - 1]) run += 1;
    if (hash >>> 29 !== 0 || run > window / 2) continue;
    let mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
    hashes.add((mixed ^ (mixed >>> 16)) >>> 0);
  }
  return [...hashes].sort((a, b) => a - b).slice(0, 192);
}

describe('unit: sketches', () => {
  it('are what their definition says', () => {
    const runs = joined(new Uint8Array(50), noise(11, 300), new Uint8Array(9).fill(7), noise(12, 300));
    const large = joined(runs, new Uint8Array(400), noise(13, 70_001), new Uint8Array(64).fill(3), noise(14, 2000));
    for (const bytes of [
      new Uint8Array(0),
      noise(9, 15),
      noise(10, 16),
      runs,
      noise(15, 65_535),
      noise(16, 65_536),
      large,
    ])
      assert.deepEqual(sketchOf(bytes).hashes, defined(bytes), `${bytes.length} bytes`);
  });

  it('find a file again in itself, whatever stands before it', () => {
    for (const size of [4_000, 200_000]) {
      const file = noise(1, size);
      const moved = joined(noise(2, size / 4), file);
      assert.equal(sharedParts(sketchOf(file), sketchOf(file)), 1);
      const share = sharedParts(sketchOf(file), sketchOf(moved));
      assert(share > 0.7, `${size} bytes: ${share}`);
    }
  });

  it('are compared hash by hash up to the lower of both ceilings, whatever the hashes', () => {
    const hashes = fc
      .uniqueArray(
        fc.nat(600).map((n) => n * 7_000_000),
        { maxLength: 192 },
      )
      .map((found) => ({ hashes: found.sort((x, y) => x - y) }));
    fc.assert(
      fc.property(hashes, hashes, (a, b) => {
        const top = ({ hashes: all }: { readonly hashes: readonly number[] }): number =>
          all.length < 192 ? 0xffffffff : (all.at(-1) ?? 0);
        const compared = a.hashes.filter((hash) => hash <= Math.min(top(a), top(b)));
        const shared = compared.filter((hash) => b.hashes.includes(hash)).length;
        const wanted =
          a.hashes.length === 0 || b.hashes.length === 0 || compared.length === 0 ? 0 : shared / compared.length;
        assert.equal(sharedParts(a, b), wanted);
      }),
    );
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
