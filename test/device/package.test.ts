import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { makePackage, memoryBuild, runBytes, runPackage } from '../support/device.js';
import { without } from '../support/tools.js';
import { buildZip, type ZipEntrySpec } from '../support/zip-builder.js';

const source = memoryBuild();
const script = 'ui_print("runs");\n';
const good = makePackage(source, { script, entries: { data: 'x'.repeat(1000) } });

async function refused(bytes: Uint8Array, code: number, message: RegExp): Promise<void> {
  const result = await runBytes(bytes, source);
  assert.deepEqual([result.status, result.deviceCode, result.proved], ['refused', code, false], result.message);
  assert.match(result.message ?? '', message);
}

const withEntry = (entry: ZipEntrySpec) => makePackage(source, { script, more: [entry] });

test('integration: a good package runs, and unzip finds no errors in it either', {
  skip: without('unzip'),
}, async () => {
  assert.equal((await runBytes(good, source)).status, 'succeeded');
  const folder = mkdtempSync(join(tmpdir(), 'dfota-unzip-'));
  try {
    writeFileSync(join(folder, 'a.zip'), good);
    assert.match(execFileSync('unzip', ['-tq', join(folder, 'a.zip')], { encoding: 'utf8' }), /No errors/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('unit: Before recovery: `unzip -tq` must say "No errors", else 505', async () => {
  const at = good.indexOf(Buffer.from('data')) + 'data'.length + 3;
  const flipped = Buffer.from(good);
  flipped[at] = (flipped[at] ?? 0) ^ 0x10;
  await refused(flipped, 505, /data/);
  await refused(withEntry({ name: 'e', data: Buffer.from('abc'), claimed: { crc32: 1 } }), 505, /wrong CRC/);
});

test('unit: sizes from the central directory: a wrong one is found', async () => {
  const data = Buffer.alloc(5000, 'ab');
  await refused(withEntry({ name: 'e', data, claimed: { size: 4999 } }), 505, /does not inflate/);
  await refused(withEntry({ name: 'e', data, claimed: { size: 5001 } }), 505, /5000 bytes instead of 5001/);
  await refused(withEntry({ name: 'e', data, stored: true, claimed: { size: 10 } }), 505, /its sizes differ/);
  await refused(withEntry({ name: 'e', data, claimed: { compressedSize: 10_000_000 } }), 505, /outside of the file/);
  await refused(withEntry({ name: 'e', data, claimed: { localOffset: 10_000_000 } }), 505, /outside of the file/);
  await refused(withEntry({ name: 'e', data, claimed: { localOffset: 3 } }), 505, /no local header/);
  await refused(withEntry({ name: 'e', data, claimed: { localName: 'f' } }), 505, /another name/);
});

test('unit: starts with a local header at byte 0', async () => {
  await refused(Buffer.concat([Buffer.from('#!/bin/sh\n'), good]), 504, /does not start with a local header/);
  await refused(Buffer.from('no zip at all'), 504, /does not start/);
  await refused(new Uint8Array(), 504, /does not start/);
  await refused(Buffer.from('PK\x03\x04'), 504, /no zip/);
  await refused(good.subarray(0, good.length - 10), 504, /no end record/);
});

test('unit: the last end record wins', async () => {
  const end = buildZip([]).subarray(-22);
  await refused(Buffer.concat([good, Buffer.alloc(2), end]), 505, /no quectel-project-version/);
});

test('unit: stored and deflate only', async () => {
  await refused(
    withEntry({ name: 'e', data: Buffer.from('abc'), claimed: { method: 12 } }),
    501,
    /compression method 12/,
  );
});

test('unit: no zip64', async () => {
  const entry = { name: 'e', data: Buffer.from('abc') };
  await refused(withEntry({ ...entry, zip64: true }), 501, /zip64/);
  await refused(buildZip([entry], { zip64: true }), 501, /zip64/);
});

test('unit: made-by 0 or 3 only', async () => {
  const odd = Buffer.from(good);
  const at = odd.lastIndexOf(Buffer.from('PK\x01\x02'));
  odd[at + 5] = 11;
  await refused(odd, 501, /made by system 11/);
});

test('unit: any entry name with a byte below 32 or above 126 makes the whole package unreadable', async () => {
  for (const name of ['system/\xc3\xa9', 'tab\there', 'del\x7f', 'nl\n']) {
    await refused(withEntry({ name, data: Buffer.from('x') }), 501, /below 32 or above 126/);
  }
  const fine = await runBytes(withEntry({ name: 'system/a "quoted\\ ~name', data: Buffer.from('x') }), source);
  assert.equal(fine.status, 'succeeded');
});

test('unit: a central directory that holds more than it counts', async () => {
  const entries = ['a', 'b', 'c'].map((name) => ({ name, data: Buffer.from('x') }));
  await refused(buildZip(entries, { count: 2 }), 505, /more than the 2 entries/);
});

test('unit: two entries of one name, encryption, several volumes are refused', async () => {
  await refused(withEntry({ name: 'quectel-project-version', data: Buffer.from('x') }), 501, /two entries/);
  await refused(withEntry({ name: 'e', data: Buffer.from('x'), flags: 1 }), 501, /encrypted/);
  await refused(buildZip([{ name: 'a', data: Buffer.from('x') }], { disk: 1 }), 501, /volumes/);
});

test("unit: quectel-project-version must equal the module's, byte for byte, else 505", async () => {
  const version = source.build.projectVersion?.bytes ?? '';
  for (const other of [version.replace('A01', 'A02'), version.replace('\n', '\r\n'), `${version}\n`, '', null]) {
    const result = await runPackage(source, { script, version: other });
    assert.deepEqual([result.status, result.deviceCode], ['refused', 505]);
  }
  const without = memoryBuild({ nodes: { 'SYSTEM/etc/quectel-project-version': null } });
  assert.equal((await runPackage(without, { script, version: 'any' })).deviceCode, 505);
  const neither = await runPackage(without, { script });
  assert.equal(neither.status, 'succeeded');
  assert.match(neither.notes.join(), /nothing to compare/);
});

test('unit: a package without script or program has the wrong format: 504', async () => {
  assert.equal((await runPackage(source, {})).deviceCode, 504);
  const bare = buildZip([
    { name: 'META-INF/com/google/android/updater-script', data: Buffer.from(script) },
    { name: 'quectel-project-version', data: Buffer.from(source.build.projectVersion?.bytes ?? '', 'latin1') },
  ]);
  await refused(bare, 504, /no META-INF\/com\/google\/android\/update-binary/);
});

test('unit: package and its content do not fit usrdata: 550', async () => {
  const result = await runBytes(good, source, { usrdataFree: good.length });
  assert.equal(result.deviceCode, 550);
  assert.equal((await runBytes(good, source, { usrdataFree: 100_000 })).status, 'succeeded');
});

test('property: a damaged package of any kind is refused or runs, and never throws', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(good.length),
      fc.boolean(),
      async (edits, length, cut) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of edits) bytes[at] = value;
        const result = await runBytes(cut ? bytes.subarray(0, length) : bytes, source);
        assert.ok(['refused', 'succeeded', 'parse-error'].includes(result.status));
      },
    ),
    { numRuns: 300 },
  );
});

test('unit: a zip bomb is cut off at the size that it claims', async () => {
  const zeros = Buffer.alloc(64 * 2 ** 20);
  const before = process.memoryUsage().rss;
  await refused(withEntry({ name: 'bomb', data: zeros, claimed: { size: 1000 } }), 505, /does not inflate/);
  assert.ok(process.memoryUsage().rss - before < 200 * 2 ** 20);
  await refused(
    withEntry({ name: 'bomb', data: Buffer.alloc(10), claimed: { size: 0x60000000 } }),
    505,
    /more than any module has/,
  );
});
