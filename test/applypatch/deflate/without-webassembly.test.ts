/** Where WebAssembly gets no memory (`ulimit -v`), the decoder deflates all the same, with the same bytes. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { deflateClassic as encoded } from '../../../src/encode/deflate/classic.js';
import { deflateCases, titleOf } from '../../support/deflate-cases.js';

// The encoder's module of the same name stands apart: opened before, it keeps its memory.
encoded(new Uint8Array(1), { level: 1 });
const { Memory } = WebAssembly;
let asked = 0;
Object.defineProperty(WebAssembly, 'Memory', {
  configurable: true,
  value: class {
    constructor() {
      asked += 1;
      throw new RangeError('WebAssembly.Memory(): could not allocate memory');
    }
  },
});
after(() => Object.defineProperty(WebAssembly, 'Memory', { configurable: true, writable: true, value: Memory }));
const { deflateClassic } = await import('../../../src/applypatch/deflate/classic.js');

test('property: without WebAssembly the decoder deflates to the bytes that the encoder makes with it', () => {
  fc.assert(
    fc.property(deflateCases, (one) => {
      const { bytes, level, strategy, memLevel, windowBits } = one;
      const expected = encoded(bytes, {
        level,
        memLevel,
        windowBits,
        strategy: strategy === 1 ? 'filtered' : 'default',
      });
      const made = deflateClassic(bytes, one, Number.POSITIVE_INFINITY);
      assert.ok(made !== undefined && Buffer.compare(made, expected) === 0, titleOf(one));
      assert.equal(deflateClassic(bytes, one, expected.length - 1), undefined);
    }),
    { numRuns: 250 },
  );
  assert.equal(asked, 1, 'the memory is asked for once');
});
