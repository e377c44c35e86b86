import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { unpackLzo } from '../../../src/formats/compression/lzo.js';

/** Writes LZO1X instructions and, beside them, what they must unpack to. */
function program(): {
  readonly packed: number[];
  readonly plain: number[];
  run(bytes: readonly number[]): void;
  match(distance: number, length: number, tail: readonly number[]): void;
  end(): void;
} {
  const packed: number[] = [];
  const plain: number[] = [];
  let state = 0;
  const long = (length: number): void => {
    let rest = length;
    for (; rest > 255; rest -= 255) packed.push(0);
    packed.push(rest);
  };
  return {
    packed,
    plain,
    run: (bytes) => {
      if (state !== 0 || bytes.length < 4) return;
      if (bytes.length <= 18) packed.push(bytes.length - 3);
      else {
        packed.push(0);
        long(bytes.length - 18);
      }
      packed.push(...bytes);
      plain.push(...bytes);
      state = 4;
    },
    match: (wanted, length, tail) => {
      const distance = Math.min(wanted, plain.length);
      if (distance === 0) return;
      const count = tail.length;
      let copied = length;
      if (length === 2 && state > 0 && state < 4 && distance <= 1024) {
        packed.push((((distance - 1) & 3) << 2) | count, (distance - 1) >> 2);
      } else if (length === 3 && state === 4 && distance > 2048 && distance <= 3072) {
        packed.push((((distance - 2049) & 3) << 2) | count, (distance - 2049) >> 2);
      } else if (length >= 3 && length <= 8 && distance <= 2048) {
        packed.push(((length - 1) << 5) | (((distance - 1) & 7) << 2) | count, (distance - 1) >> 3);
      } else if (distance <= 16384) {
        copied = Math.max(3, length);
        if (copied <= 33) packed.push(32 | (copied - 2));
        else {
          packed.push(32);
          long(copied - 33);
        }
        const value = ((distance - 1) << 2) | count;
        packed.push(value & 255, value >> 8);
      } else {
        copied = Math.max(3, length);
        const high = (distance - 16384) >> 14;
        const low = (((distance - 16384) & 0x3fff) << 2) | count;
        if (distance === 16384 || high > 1) return;
        if (copied <= 9) packed.push(16 | (high << 3) | (copied - 2));
        else {
          packed.push(16 | (high << 3));
          long(copied - 9);
        }
        packed.push(low & 255, low >> 8);
      }
      for (let done = 0; done < copied; done += 1) plain.push(plain[plain.length - distance] ?? 0);
      packed.push(...tail);
      plain.push(...tail);
      state = count;
    },
    end: () => {
      packed.push(17, 0, 0);
    },
  };
}

const byte = fc.integer({ min: 0, max: 255 });
const step = fc.oneof(
  fc.record({ run: fc.array(byte, { minLength: 4, maxLength: 600 }) }),
  fc.record({
    distance: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 49_000 })),
    length: fc.oneof(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 900 })),
    tail: fc.array(byte, { maxLength: 3 }),
  }),
);

test('unit: every form of instruction unpacks to what it stands for', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 150 }), (far, steps) => {
      const made = program();
      // A long start makes the far matches possible.
      made.run(Array.from({ length: far ? 50_000 : 5 }, (_, index) => (index * 7919) & 255));
      for (const item of steps) {
        if ('run' in item) made.run(item.run);
        else made.match(item.distance, item.length, item.tail);
      }
      made.end();
      const plain = unpackLzo(Uint8Array.from(made.packed), made.plain.length);
      assert.deepEqual(plain, Uint8Array.from(made.plain));
    }),
    { numRuns: 60 },
  );
});

test('unit: a first byte above 17 stands for literals', () => {
  const short = [18, 65, 17, 0, 0];
  assert.deepEqual(unpackLzo(Uint8Array.from(short), 1), Uint8Array.from([65]));
  const run = [17 + 5, 1, 2, 3, 4, 5, 17, 0, 0];
  assert.deepEqual(unpackLzo(Uint8Array.from(run), 5), Uint8Array.from([1, 2, 3, 4, 5]));
});

test('unit: damaged streams are told, never overrun', () => {
  assert.equal(unpackLzo(Uint8Array.from([22, 1, 2, 3, 4]), 5), 'truncated');
  assert.equal(unpackLzo(Uint8Array.from([22, 1, 2, 3, 4, 5]), 5), 'truncated');
  assert.equal(unpackLzo(Uint8Array.from([22, 1, 2, 3, 4, 5, 17, 0, 0]), 6), 'size');
  assert.equal(unpackLzo(Uint8Array.from([22, 1, 2, 3, 4, 5, 17, 0, 0]), 4), 'overrun');
  assert.equal(unpackLzo(Uint8Array.from([22, 1, 2, 3, 4, 5, 64, 200]), 4096), 'distance');
  assert.equal(unpackLzo(new Uint8Array(0), 4096), 'truncated');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 4096 }), (bytes, size) => {
      const result = unpackLzo(bytes, size);
      assert.ok(typeof result === 'string' || result.length === size);
    }),
    { numRuns: 2000 },
  );
});
