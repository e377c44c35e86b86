import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { bsdiff, handMadePatch, memoryBuild, mountSystem, runPackage, sha1 } from '../support/device.js';
import { file } from '../support/targetfiles.js';

const before = Buffer.alloc(5000, 'one two three ');
const after = Buffer.alloc(5200, 'one two four ');
const patch = bsdiff(before, after);
const source = memoryBuild({ nodes: { 'SYSTEM/f': file(before) } });
const script =
  `${mountSystem}apply_patch("/system/f", "-", ${sha1(after)}, ${after.length}, ${sha1(before)}, ` +
  'package_extract_file("p")) || abort("failed");\n';

const runPatch = (bytes: Uint8Array) => runPackage(source, { script, entries: { p: bytes } });

test('integration: every truncation of a patch ends: it fails, or is told to loop for ever', async () => {
  const seen = new Set<string>();
  for (let length = 0; length < patch.length; length++) {
    const result = await runPatch(patch.subarray(0, length));
    assert.ok(['aborted', 'hung'].includes(result.status), `${length}: ${result.status}`);
    seen.add(result.status);
  }
  assert.ok(seen.has('hung'));
});

test('property: damaged patches end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(patch.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      async (edits) => {
        const bytes = Buffer.from(patch);
        for (const [at, value] of edits) bytes[at] = value;
        assert.ok(['aborted', 'hung', 'succeeded'].includes((await runPatch(bytes)).status));
      },
    ),
    { numRuns: 200 },
  );
});

test('integration: negative counts, offsets outside, absurd sizes in a patch fail', async () => {
  const none = Buffer.alloc(0);
  const huge = 2 ** 40;
  for (const bad of [
    handMadePatch([[-1, 0, 0]], none, none, 10),
    handMadePatch([[0, -1, 0]], none, none, 10),
    handMadePatch(
      [
        [0, 0, -huge],
        [10, 0, 0],
      ],
      Buffer.alloc(10),
      none,
      10,
    ),
    handMadePatch([[0, huge, 0]], none, none, 10),
    handMadePatch([[0, 10, 0]], none, Buffer.alloc(10), huge),
    handMadePatch([[0, 10, 0]], none, Buffer.alloc(10), -10),
    handMadePatch(
      Array.from({ length: 100_000 }, () => [0, 0, 1] as const),
      none,
      none,
      10,
    ),
  ]) {
    const result = await runPatch(bad);
    assert.ok(['aborted', 'hung'].includes(result.status), result.message);
  }
});

test('integration: IMGDIFF2: chunks outside of the file and of the patch fail', async () => {
  const u64 = (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return bytes;
  };
  const i32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };
  const chunks = (count: number, ...parts: Buffer[]) => Buffer.concat([Buffer.from('IMGDIFF2'), i32(count), ...parts]);
  for (const bad of [
    chunks(-1),
    chunks(0x7fffffff),
    chunks(1, i32(0), u64(4000n), u64(4000n), u64(36n)),
    chunks(1, i32(0), u64(0n), u64(100n), u64(1n << 62n)),
    chunks(1, i32(0), u64(1n << 63n), u64(100n), u64(36n)),
    chunks(1, i32(3), i32(-5)),
    chunks(1, i32(3), i32(100)),
    chunks(1, i32(9)),
  ]) {
    const result = await runPatch(bad);
    assert.ok(['aborted', 'hung'].includes(result.status), result.message);
  }
});

test('integration: deep nesting and endless statements are parse errors or overflows, not crashes of ours', async () => {
  for (const [bad, status] of [
    ['('.repeat(1_000_000), 'parse-error'],
    ['f('.repeat(100_000), 'parse-error'],
    ['!'.repeat(1_000_000), 'parse-error'],
    [`${'abort('.repeat(4000)}"deep"${')'.repeat(4000)};\n`, 'aborted'],
    [`${'!'.repeat(8000)}a;\n`, 'succeeded'],
    [`${'a+'.repeat(300_000)}a;\n`, 'succeeded'],
    [`${'a||'.repeat(300_000)}a;\n`, 'succeeded'],
    ['a;\n'.repeat(200_000), 'aborted'],
  ] as const) {
    const result = await runPackage(source, { script: bad });
    assert.equal(result.status, status, bad.slice(0, 20));
  }
});

test('integration: a script that visits files without end is stopped', async () => {
  const nodes: Record<string, ReturnType<typeof file>> = {};
  for (let i = 0; i < 3000; i++) nodes[`SYSTEM/d${i % 50}/f${i}`] = file('x');
  const many = `${mountSystem}${'set_perm_recursive(0, 0, 0755, 0644, "/system");\n'.repeat(20_000)}`;
  const result = await runPackage(memoryBuild({ nodes }), { script: many }, { mostVisits: 200_000 });
  assert.equal(result.status, 'stopped');
  assert.match(result.message ?? '', /visited/);
});

test('integration: absurd numbers in the script fail or are refused', async () => {
  for (const [statement, status] of [
    ['apply_patch_space(99999999999999999999)', 'aborted'],
    ['apply_patch_space("-1")', 'aborted'],
    ['set_perm(99999999999, 0, 0644, "/system/f")', 'aborted'],
    [`apply_patch_check("MTD:boot:99999999999999999999:${sha1('x')}")`, 'aborted'],
    [`apply_patch_check("MTD:boot:-5:${sha1('x')}")`, 'aborted'],
  ] as const) {
    const result = await runPackage(source, { script: `${mountSystem}${statement} || abort("no");\n` });
    assert.equal(result.status, status, statement);
  }
});

test('integration: long paths and many parts are refused by the file system, not by a crash', async () => {
  const deep = `/system${'/d'.repeat(2100)}`;
  const parts = deep.match(/.{1,1000}/g) ?? [];
  const joined = parts.map((part) => `"${part}"`).join(' + ');
  const result = await runPackage(source, {
    script: `${mountSystem}package_extract_file("p", ${joined}) || abort("no");\n`,
    entries: { p: 'x' },
  });
  assert.match(result.message ?? '', /ENAMETOOLONG/);
});
