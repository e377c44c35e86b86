import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import pako from 'pako';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { changeProgram, linkProgram, makeProgram } from '../imagedelta/code-images.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-image-delta');
const program = makeProgram('thumb', 31, 200);
const [old, fresh] = [join(work, 'old.bin'), join(work, 'new.bin')];
writeFileSync(old, linkProgram(program));
writeFileSync(fresh, linkProgram(changeProgram(program, 32)));

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

async function refusal(
  ...words: string[]
): Promise<{ readonly code: number; readonly fault: string; readonly remedy: string }> {
  const { code, stdout } = await outcome(...words, '--json');
  const [fault] = JSON.parse(stdout).error.faults;
  return { code, fault: fault.code, remedy: fault.remedy };
}

test('integration: a patch is made, told about and applied', async () => {
  const patch = join(work, 'p');
  const made = await outcome('image-delta', old, fresh, '--output', patch, '--product', 'EC25', '--counter', '3');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /proved: applied by another decoder/);
  const info = await outcome('image-info', patch, '--json');
  const told = JSON.parse(info.stdout);
  assert.equal(told.patchSize, readFileSync(patch).length);
  assert.deepEqual([told.product, told.counter, told.inPlace, told.codeFormat], ['EC25', 3, false, 'thumb']);
  const output = join(work, 'made');
  const applied = await outcome('image-apply', old, patch, '--output', output, '--product', 'EC25', '--counter', '3');
  assert.equal(applied.code, 0, applied.stderr);
  assert.ok(readFileSync(output).equals(readFileSync(fresh)));
});

test('integration: what the content costs is told with the old image, and adds up to the patch without its header', async () => {
  for (const [name, ...options] of [
    ['apart'],
    ['in-place', '--in-place', '--segment', '8K'],
    ['plain', '--ram', '4K'],
  ]) {
    const patch = join(work, `cost-${name}`);
    const made = await outcome('image-delta', old, fresh, '--output', patch, ...options, '--json');
    assert.equal(made.code, 0, made.stderr);
    const info = await outcome('image-info', patch, '--old', old, '--json');
    assert.equal(info.code, 0, info.stderr);
    const { cost, patchSize, headerSize } = JSON.parse(info.stdout);
    const encoded = JSON.parse(made.stdout).cost;
    const bytes = Object.values<number>(cost);
    assert.equal(
      bytes.reduce((sum, each) => sum + each, 0),
      patchSize - headerSize,
    );
    assert.equal(
      Object.values<number>(encoded).reduce((sum, each) => sum + each, 0),
      patchSize - headerSize,
    );
    // The encoder counts by probabilities, the decoder by its place in the stream.
    for (const kind of Object.keys(cost)) assert.ok(Math.abs(cost[kind] - encoded[kind]) <= 3, `${name} ${kind}`);
    assert.ok(cost.branches > 0 && cost.covers > 0);
    const text = await outcome('image-info', patch, '--old', old);
    assert.match(text.stdout, new RegExp(`^ *branches +${cost.branches}$`, 'm'));
    assert.match(text.stdout, new RegExp(`^ *all segments +${patchSize - headerSize}$`, 'm'));
  }
  const patch = join(work, 'cost-apart');
  const without = await outcome('image-info', patch);
  assert.match(without.stdout, /told with the old image: --old/);
  assert.equal(JSON.parse((await outcome('image-info', patch, '--json')).stdout).cost, undefined);
  assert.equal((await refusal('image-info', patch, '--old', fresh)).fault, 'delta-old-size');
});

test('integration: as the original is called; in place it knows its blocks, erases and backup', async () => {
  const patch = join(work, 'fp');
  const made = await outcome(
    'image-delta',
    '-l',
    'fp',
    old,
    fresh,
    patch,
    '--backup-area',
    '64K',
    '--flash-block',
    '1K',
    '--json',
  );
  assert.equal(made.code, 0, made.stderr);
  const { info, cost } = JSON.parse(made.stdout);
  assert.deepEqual([info.inPlace, info.flash.blockSize, info.segmentSize % 1024], [true, 1024, 0]);
  const changed = info.segments.filter(({ same }: { readonly same: boolean }) => !same);
  const blocks = changed.reduce((sum: number, { size }: { readonly size: number }) => sum + Math.ceil(size / 1024), 0);
  assert.equal(info.flash.erases, 2 * blocks);
  assert.ok(cost.branches > 0);
});

test('integration: what does not fit fails with what would, and that fits', async () => {
  const words = ['image-delta', old, fresh, '--output', join(work, 'none')];
  const room = await refusal(...words, '--backup-area', '8K', '--segment', '16K');
  assert.deepEqual([room.code, room.fault], [3, 'delta-plan']);
  assert.match(room.remedy, /--segment 8192/);
  assert.equal((await outcome(...words, '--backup-area', '8K', '--segment', '8192')).code, 0);
  const output = ['image-delta', old, fresh, '--output', join(work, 'never')];
  const memory = await refusal(...output, '--ram', '1K');
  assert.deepEqual([memory.code, memory.fault], [3, 'delta-plan']);
  const least = /--ram (\d+)/.exec(memory.remedy)?.[1] ?? assert.fail();
  assert.equal((await refusal(...output, '--ram', String(Number(least) - 1))).fault, 'delta-plan');
  const shared = await refusal(...output, '-l', 'fp', '--backup-area', '16K', '--segment', '16K');
  assert.deepEqual([shared.code, shared.fault], [3, 'delta-plan']);
  const fits = /--segment (\d+)/.exec(shared.remedy)?.[1] ?? assert.fail();
  assert.equal((await refusal(...output, '--segment', '5000', '--in-place')).fault, 'delta-option');
  assert.equal((await refusal(...output, '--counter', '5G')).fault, 'delta-option');
  assert.ok(!existsSync(join(work, 'never')));
  assert.equal((await outcome(...output, '-l', 'fp', '--backup-area', '16K', '--segment', fits)).code, 0);
  assert.equal((await outcome(...output.slice(0, 4), join(work, 'small'), '--ram', least)).code, 0);
});

test('integration: what is wrong with patch, image or device is refused with its code, and nothing is left', async () => {
  const patch = join(work, 'good');
  assert.equal(
    (await outcome('image-delta', old, fresh, '--output', patch, '--product', 'A', '--counter', '2')).code,
    0,
  );
  const bytes = readFileSync(patch);
  const before = readdirSync(work).sort();
  const spoiled = (change: (copy: Buffer) => Buffer): string => {
    const path = join(work, 'spoiled');
    writeFileSync(path, change(Buffer.from(bytes)));
    return path;
  };
  const output = ['--output', join(work, 'refused')];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['delta-not-a-patch', [old, fresh]],
    ['delta-old-size', [fresh, patch]],
    ['delta-product', [old, patch, '--product', 'B']],
    ['delta-counter', [old, patch, '--counter', '3']],
    ['delta-patch-cut', [old, spoiled((copy) => copy.subarray(0, -1))]],
  ];
  for (const [fault, words] of cases) {
    const refused = await refusal('image-apply', ...words, ...output);
    assert.deepEqual([refused.code, refused.fault], [3, fault]);
  }
  const flipped = spoiled((copy) => copy.fill((copy.at(-1) ?? 0) ^ 1, copy.length - 1));
  assert.equal((await refusal('image-apply', old, flipped, ...output)).fault, 'delta-segment-damaged');
  assert.equal((await refusal('image-info', flipped)).fault, 'delta-segment-damaged');
  assert.deepEqual(readdirSync(work).sort(), [...before, 'spoiled'].sort());
});

test('integration: an image of 2 GiB is refused before it is read', async () => {
  const large = join(work, 'large');
  writeFileSync(large, '');
  truncateSync(large, 2 ** 31);
  for (const pair of [
    [large, fresh],
    [old, large],
  ])
    assert.equal(
      (await refusal('image-delta', ...pair, '--output', join(work, 'too-large'))).fault,
      'delta-image-large',
    );
  assert.ok(!existsSync(join(work, 'too-large')));
});

test('integration: the patch is named once', async () => {
  assert.equal((await outcome('image-delta', old, fresh)).code, 2);
  assert.equal((await outcome('image-delta', old, fresh, 'p', '--output', 'q')).code, 2);
});

test('integration: a patch is signed, and applied only where the key is that of the device', async () => {
  const keys = ['key', 'other'].map((name) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [secret, open] = [join(work, `${name}.pem`), join(work, `${name}.pub`)];
    writeFileSync(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(open, publicKey.export({ type: 'spki', format: 'pem' }));
    return { secret, open };
  });
  const [mine, other] = keys;
  assert.ok(mine !== undefined && other !== undefined);
  const [signed, plain, room] = ['signed', 'plain', 'room'].map((name) => join(work, `${name}.patch`));
  assert.ok(signed !== undefined && plain !== undefined && room !== undefined);
  const made = await outcome('image-delta', old, fresh, '--output', signed, '--key', mine.secret);
  assert.equal(made.code, 0, made.stderr);
  assert.equal((await outcome('image-delta', old, fresh, '--output', plain)).code, 0);
  assert.equal((await outcome('image-delta', old, fresh, '--output', room, '--sign', '256')).code, 0);
  const told = JSON.parse((await outcome('image-info', signed, '--json')).stdout);
  assert.equal(told.signatureBytes, 256);

  const output = join(work, 'verified');
  const applied = await outcome('image-apply', old, signed, '--output', output, '--public-key', mine.open);
  assert.equal(applied.code, 0, applied.stderr);
  assert.ok(Buffer.compare(readFileSync(output), readFileSync(fresh)) === 0);
  for (const [patch, key] of [
    [signed, other.open],
    [plain, mine.open],
    [room, mine.open],
  ] as const) {
    const refused = await refusal('image-apply', old, patch, '--output', `${output}-not`, '--public-key', key);
    assert.deepEqual([refused.code, refused.fault], [3, 'delta-signature']);
    assert.ok(!existsSync(`${output}-not`));
  }
  const both = await outcome(
    'image-delta',
    old,
    fresh,
    '--output',
    join(work, 'both'),
    '--key',
    mine.secret,
    '--sign',
    '64',
  );
  assert.equal(both.code, 2);
});

/** Each image with a part that classic zlib has packed, as gzip does. */
function packedPair(): readonly [string, string] {
  const files = [old, fresh].map((file, index) => {
    const to = join(work, `packed-${index}`);
    writeFileSync(
      to,
      Buffer.concat([Buffer.alloc(70, 0x41), pako.gzip(readFileSync(file), { level: 9 }), Buffer.alloc(99)]),
    );
    return to;
  });
  return [files[0] ?? '', files[1] ?? ''];
}

test('integration: packed parts are compared unpacked with --repack, and the report says what that would give without it', async () => {
  const pair = packedPair();
  const [from, to] = pair;
  const plain = await outcome('image-delta', ...pair, '--output', join(work, 'plain-packed'));
  assert.match(plain.stdout, /gzip at 70, .*compared packed, which takes \d+ bytes more/);
  const about = Number(/--repack deflate: about (\d+) bytes/.exec(plain.stdout)?.[1]);
  const patch = join(work, 'repacked');
  const made = await outcome(
    'image-delta',
    ...pair,
    '--output',
    patch,
    '--repack',
    'gzip',
    '--scratch',
    '1M',
    '--product',
    'EC25',
  );
  assert.equal(made.code, 0, made.stderr);
  const size = readFileSync(patch).length;
  assert.match(made.stdout, new RegExp(`repack +${size} bytes in place of \\d+`));
  assert.match(made.stdout, /unpacked deflate at 80, /);
  assert.ok(Math.abs(size - about) < 600, `${size} bytes, about ${about} were said`);
  assert.ok(size < readFileSync(join(work, 'plain-packed')).length / 2);
  const { repack, newSize, patchSize } = JSON.parse((await outcome('image-info', patch, '--json')).stdout);
  assert.deepEqual([patchSize, newSize], [size, readFileSync(to).length]);
  assert.deepEqual([repack.newParts[0].codec, repack.newParts[0].textSize], ['deflate', readFileSync(fresh).length]);
  assert.match((await outcome('image-info', patch, '--old', from)).stdout, /all segments/);
  const output = join(work, 'made-repacked');
  const applied = await outcome('image-apply', from, patch, '--output', output, '--product', 'EC25');
  assert.equal(applied.code, 0, applied.stderr);
  assert.ok(readFileSync(output).equals(readFileSync(to)));
  const other = ['image-apply', from, patch, '--output', join(work, 'never'), '--product', 'BG95'];
  assert.equal((await refusal(...other)).fault, 'delta-product');
  assert.equal((await refusal('image-apply', to, patch, '--output', join(work, 'never'))).fault, 'delta-old-size');
});

test('integration: --repack says what it needs, and what it cannot do', async () => {
  const pair = packedPair();
  const output = ['--output', join(work, 'never-repacked')];
  const small = await refusal('image-delta', ...pair, ...output, '--repack', 'deflate', '--scratch', '4K');
  assert.deepEqual([small.code, small.fault], [3, 'delta-plan']);
  assert.match(small.remedy, /^leave out --repack deflate: the patch is then \d+ bytes, not \d+$/);
  for (const words of [['rar'], ['deflate,'], ['lz4', '--in-place']])
    assert.equal(
      (await refusal('image-delta', ...pair, ...output, '--repack', ...words)).fault,
      'delta-option',
      words.join(),
    );
  assert.ok(!existsSync(join(work, 'never-repacked')));
  const none = await outcome('image-delta', ...pair, '--output', join(work, 'no-lz4'), '--repack', 'lz4');
  assert.match(none.stdout, /repack +no packed part of the new image/);
  const unpacked = await outcome(
    'image-delta',
    old,
    fresh,
    '--output',
    join(work, 'none'),
    '--repack',
    'none',
    '--json',
  );
  assert.equal(JSON.parse(unpacked.stdout).repacked, undefined);
});

test('integration: a patch over packed parts is signed as a whole', async () => {
  const [from, to] = packedPair();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const [secret, open, patch] = [join(work, 'rk.pem'), join(work, 'rk.pub'), join(work, 'signed-repacked')];
  writeFileSync(secret, privateKey);
  writeFileSync(open, publicKey);
  const made = await outcome('image-delta', from, to, '--output', patch, '--repack', 'deflate', '--key', secret);
  assert.equal(made.code, 0, made.stderr);
  const apply = ['image-apply', from, patch, '--public-key', open, '--output', join(work, 'signed-made')];
  assert.equal((await outcome(...apply)).code, 0);
  const bytes = readFileSync(patch);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(patch, bytes);
  assert.equal((await refusal(...apply)).fault, 'delta-inner');
});
