/** The vectors of the format: what other decoders are held against, too. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { applyDelta } from '../../src/imagedelta/decoder/apply.js';
import { readDeltaHeader } from '../../src/imagedelta/decoder/header.js';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { vectorCases } from './vector-cases.js';

const folder = fileURLToPath(new URL('../../../test/imagedelta/vectors/', import.meta.url));
const read = (name: string, part: string): Uint8Array => readFileSync(`${folder}${name}/${part}`);

test('unit: every vector is decoded to its new image', () => {
  const names = readdirSync(folder).sort();
  assert.deepEqual(
    names,
    vectorCases()
      .map(({ name }) => name)
      .sort(),
  );
  for (const name of names) {
    const made = applyDelta(read(name, 'old'), read(name, 'patch'));
    assert.ok(Buffer.compare(made, read(name, 'new')) === 0, name);
  }
});

test('unit: what the encoder makes of the vectors now is decoded, and is no larger than what it made when they were written', () => {
  for (const { name, old, fresh, plan } of vectorCases()) {
    assert.ok(Buffer.compare(old, read(name, 'old')) === 0 && Buffer.compare(fresh, read(name, 'new')) === 0, name);
    const { patch } = encodeDelta(old, fresh, plan);
    assert.ok(Buffer.compare(applyDelta(old, patch), fresh) === 0, name);
    assert.ok(patch.length <= 1.02 * read(name, 'patch').length, name);
  }
});

test('unit: the vectors have every code format, both directions, equal segments and digests', () => {
  const headers = vectorCases().map(({ name }) => readDeltaHeader(read(name, 'patch')));
  assert.deepEqual([...new Set(headers.map(({ format }) => format))].sort(), ['aarch64', 'arm', 'none', 'thumb']);
  assert.ok(headers.some(({ inPlace, downwards }) => inPlace && downwards));
  assert.ok(headers.some(({ inPlace, downwards }) => inPlace && !downwards));
  assert.ok(headers.some(({ segments }) => segments.some(({ same }) => same)));
  assert.ok(headers.some(({ segments }) => segments.some(({ digest }) => digest !== undefined)));
  assert.ok(headers.some(({ ranges }) => ranges.length > 0));
});
