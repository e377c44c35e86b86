import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, Deflate, deflate, deflateRaw } from 'pako';
import { applyPatch } from '../../src/applypatch/index.js';
import { type EncodedFile, encodeFile, encodeUnproved, finishFile } from '../../src/encode/encode-file.js';
import { readEncoded, writeEncoded } from '../../src/encode/pool/result-file.js';
import { sha1Of } from '../../src/model/digest.js';
import { noise, prose } from '../applypatch/make-patch.js';

function encode(
  target: Buffer,
  bases: readonly Buffer[],
  options: { worthwhile?: number; effort?: 'fast' | 'best'; costs?: readonly number[] } = {},
): EncodedFile {
  const request = {
    target: new Uint8Array(target),
    targetSha1: sha1Of(target),
    bases: bases.map((bytes) => new Uint8Array(bytes)),
    costs: options.costs ?? [],
  };
  return encodeFile(request, { effort: options.effort ?? 'fast', worthwhile: options.worthwhile ?? 0.95 });
}

const text = prose(80_000, 1);
const edited = Buffer.concat([text.subarray(0, 30_000), noise(60, 2), text.subarray(30_000)]);
const packed = (bytes: Buffer): Buffer => Buffer.concat([noise(200, 3), deflate(bytes, { level: 9 }), noise(200, 4)]);

test('unit: a file of deflate streams takes IMGDIFF2, and BSDIFF40 is tried beside it at best effort only', () => {
  const [source, target] = [packed(text), packed(edited)];
  for (const effort of ['fast', 'best'] as const) {
    const { chosen, trials, imgdiff } = encode(target, [source], { effort });
    assert.equal(chosen.kind === 'patch' && chosen.format, 'IMGDIFF2');
    assert.ok(chosen.kind === 'patch' && target.equals(applyPatch(chosen.bytes, source)));
    assert.equal(imgdiff?.remade, 1);
    assert.equal(
      trials.some(({ method }) => method === 'BSDIFF40'),
      effort === 'best',
    );
  }
});

test('unit: what the use of a base costs decides between bases, and between patch and whole file', () => {
  const [near, far] = [text, Buffer.concat([text.subarray(0, 70_000), noise(10_000, 9)])];
  const baseOf = ({ chosen }: EncodedFile): number | 'whole' => (chosen.kind === 'patch' ? chosen.base : 'whole');
  assert.equal(baseOf(encode(edited, [far, near])), 1);
  assert.equal(baseOf(encode(edited, [far, near], { costs: [0, 60_000] })), 0);
  assert.equal(baseOf(encode(edited, [far, near], { costs: [90_000, 90_000] })), 'whole');
});

/** A zlib stream whose second half was made at another level, as by a program that changes its mind. */
function madeAtTwoLevels(bytes: Buffer): Buffer {
  const half = bytes.length / 2;
  const flushed: Uint8Array[] = [];
  const first = new Deflate({ raw: true, level: 1 });
  first.onData = (chunk) => flushed.push(new Uint8Array(chunk));
  first.push(bytes.subarray(0, half), constants.Z_SYNC_FLUSH);
  const second = deflateRaw(bytes.subarray(half), { level: 9 });
  const checksum = Buffer.from(deflate(bytes)).subarray(-4);
  return Buffer.concat([Buffer.of(0x78, 0x01), ...flushed, second, checksum]);
}

test('unit: a stream of which zlib makes only the start is patched as it is, with a note', () => {
  const long = Buffer.from(noise(3_200_000, 7).map((byte) => byte & 63));
  const [source, target] = [long, Buffer.concat([noise(50, 8), long])].map(madeAtTwoLevels);
  assert.ok(source && target);
  const { imgdiff, chosen } = encode(target, [source]);
  assert.equal(imgdiff?.streams, 1);
  assert.equal(imgdiff?.remade, 0);
  assert.equal(imgdiff?.unmade[0]?.expandedLength, long.length + 50);
  assert.equal(imgdiff?.unproved, undefined);
  assert.notEqual(chosen.kind === 'patch' && chosen.format, 'IMGDIFF2');
});

test('unit: a patch that is not worthwhile is not taken', () => {
  assert.equal(encode(edited, [text], { worthwhile: 0.95 }).chosen.kind, 'patch');
  assert.equal(encode(edited, [text], { worthwhile: 0.0001 }).chosen.kind, 'whole');
});

test('unit: of two equally good bases the first is taken', () => {
  const { chosen } = encode(edited, [noise(50, 5), text, Buffer.from(text)]);
  assert.equal(chosen.kind === 'patch' && chosen.base, 1);
});

test('unit: a result is the same after it was written and read', () => {
  const results = [
    encode(edited, [text]),
    encode(packed(edited), [packed(text)]),
    encode(text, [text]),
    encode(text, []),
    encode(noise(1000, 6), []),
    encode(Buffer.alloc(0), []),
  ];
  for (const result of results) assert.deepEqual(readEncoded(writeEncoded(result)), result);
});

test('unit: what is no written result reads as none', () => {
  const stored = writeEncoded(encode(edited, [text]));
  for (const size of [0, 1, 50, stored.length - 1]) assert.equal(readEncoded(stored.slice(0, size)), undefined);
  for (const line of [
    '',
    '{}',
    '[]',
    'null',
    '{"packed":{"length":-1},"chosen":{}}',
    '{"packed":1,"chosen":2,"trials":3}',
  ]) {
    assert.equal(readEncoded(new Uint8Array(Buffer.from(`${line}\n`))), undefined, line);
  }
});

test('unit: encoding and proof apart give what both together give, also where a proof fails', () => {
  const long = Buffer.from(noise(3_200_000, 7).map((byte) => byte & 63));
  const pairs = [
    [text, edited],
    [packed(text), packed(edited)],
    // Its stream is made again as far as the search looks, and no further: the quick proof fails.
    [long, Buffer.concat([noise(50, 8), long])].map(madeAtTwoLevels),
  ];
  const failed = pairs.map(([source = text, target = edited]) => {
    const request = {
      target: new Uint8Array(target),
      targetSha1: sha1Of(target),
      bases: [new Uint8Array(source)],
      costs: [],
    };
    const options = { effort: 'fast', worthwhile: 0.95 } as const;
    const half = encodeUnproved(request, options);
    const both = finishFile(half, request, options);
    assert.deepEqual(both, encodeFile(request, options));
    assert.ok(half.toProve.length > 0);
    return both !== half.result;
  });
  assert.deepEqual(failed, [false, false, true]);
});
