/** What the device may take as known, and what it must not. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { KnownContents } from '../../src/device/index.js';
import type { Content } from '../../src/model/build.js';
import { sha1Of } from '../../src/model/digest.js';
import { bsdiff, memoryBuild, mountSystem, runPackage } from '../support/device.js';
import { file } from '../support/targetfiles.js';

const before = Buffer.alloc(20_000, 'the old program ');
const after = Buffer.concat([before.subarray(0, 9000), Buffer.from('made new'), before.subarray(9000)]);
const patch = bsdiff(before, after);
const [A, B] = [sha1Of(before), sha1Of(after)];
const source = memoryBuild({ nodes: { 'SYSTEM/app': file(before) } });
const target = memoryBuild({ nodes: { 'SYSTEM/app': file(after) } });
const script = `${mountSystem}apply_patch("/system/app", "-", ${B}, ${after.length}, ${A}, package_extract_file("p")) || abort("no");
set_perm(0, 0, 0644, "/system/app");
`;

interface Asked {
  readonly known: KnownContents;
  readonly hits: string[];
  readonly reads: Content[];
}

/** Knows one outcome and the bytes that are given, and writes down what it was asked. */
function knowing(patchBytes: Uint8Array, outcome: Content, bytes: Uint8Array | undefined): Asked {
  const hits: string[] = [];
  const reads: Content[] = [];
  return {
    hits,
    reads,
    known: {
      outcome: (p, s) => {
        if (p !== sha1Of(patchBytes) || s !== A) return undefined;
        hits.push(`${p} ${s}`);
        return outcome;
      },
      read: async (content) => {
        reads.push(content);
        return bytes === undefined ? undefined : new Uint8Array(bytes);
      },
    },
  };
}

const right: Content = { size: after.length, sha1: B };
const run = (p: Uint8Array, known: KnownContents) =>
  runPackage(source, { script, entries: { p } }, { target, known, powerCuts: 'all' });

test('integration: a known outcome is taken, and the patch is not decoded: no byte of it has to be a patch', async () => {
  const noPatch = Buffer.from('BSDIFF40 but nothing behind it');
  const { known, hits } = knowing(noPatch, right, after);
  const result = await run(noPatch, known);
  assert.equal(result.proved, true, result.message);
  assert.equal(hits.length, 1);
});

test('integration: a patch that was spoilt after its proof has another digest, is decoded, and is found', async () => {
  const { known, hits } = knowing(patch, right, after);
  assert.equal((await run(patch, known)).proved, true);
  assert.equal(hits.length, 1);
  for (const at of [10, 40, patch.length - 20]) {
    const spoilt = Buffer.from(patch);
    spoilt[at] = (spoilt[at] ?? 0) ^ 0x10;
    const result = await run(spoilt, known);
    assert.notEqual(result.status, 'succeeded', `byte ${at}`);
    assert.equal(result.proved, false);
  }
  assert.equal(hits.length, 1, 'no outcome is known of a spoilt patch');
});

test('integration: an outcome that is not what the script wants is refused as if it had been decoded', async () => {
  const { known } = knowing(patch, { size: before.length, sha1: A }, undefined);
  assert.equal((await run(patch, known)).status, 'aborted');
});

test('integration: bytes from elsewhere are held against their digest; wrong ones are made anew', async () => {
  const third = Buffer.concat([after.subarray(5000), Buffer.from('and newer')]);
  const second = bsdiff(after, third);
  const made = memoryBuild({ nodes: { 'SYSTEM/app': file(after), 'SYSTEM/two': file(third) } });
  const more = `apply_patch("/system/app", "/system/two", ${sha1Of(third)}, ${third.length}, ${B}, package_extract_file("q")) || abort("no");
set_perm(0, 0, 0644, "/system/two");
`;
  const runBoth = (known: KnownContents) =>
    runPackage(source, { script: script + more, entries: { p: patch, q: second } }, { target: made, known });
  for (const bytes of [after, before, after.subarray(1), undefined]) {
    const { known, hits, reads } = knowing(patch, right, bytes);
    const result = await runBoth(known);
    assert.equal(result.proved, true, result.message);
    assert.equal(hits.length, 1);
    assert.deepEqual(reads, [right], 'the second patch needs the bytes that the first one made');
  }
});
