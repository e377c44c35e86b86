/** Signed packages against openssl, unzip, signapk and softhsm2; damage of every region; what is no key, no signer, no certificate. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { InputError, UsageError } from '../../../src/model/errors.js';
import type { SignatureReport } from '../../../src/model/signature.js';
import { type SignRequest, signFile } from '../../../src/usecases/sign/sign.js';
import { profileNames, verifyPackage } from '../../../src/usecases/verify/verify.js';
import { verifySigned } from '../../../src/usecases/verify/verify-signed.js';
import { withGenerated } from '../../support/generated.js';
import { certify, hasTool, makeKey, type TestKey, tool } from '../../support/keys.js';
import { mutationPair } from '../../support/mutation-pair.js';
import { readZip } from '../../support/package-zip.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';
import { buildZip } from '../../support/zip-builder.js';

const work = workFolder('sign');
const plain = join(work, 'plain.zip');
const at = (name: string): string => join(work, name);
let own: TestKey;
let other: TestKey;

before(() => {
  if (without('openssl') !== false) return;
  own = makeKey(work, 'own');
  other = makeKey(work, 'other');
  const script = Buffer.from('ui_print("x");\n'.repeat(40));
  writeFileSync(
    plain,
    buildZip([
      { name: 'system/bin/app', data: Buffer.from('application'.repeat(50)), mode: 0o100755 },
      { name: 'system/etc/empty', mode: 0o100644 },
      { name: 'META-INF/com/google/android/updater-script', data: script, mode: 0o100644 },
      { name: 'quectel-project-version', data: Buffer.from('A01\n'), mode: 0o100644, stored: true },
    ]),
  );
});

function request(scheme: SignRequest['scheme'], output: string, changes: Partial<SignRequest> = {}): SignRequest {
  return { package: plain, scheme, output, key: own.key, certificate: own.certificate, ...changes };
}

async function report(packagePath: string, key: TestKey = own): Promise<SignatureReport> {
  return verifySigned({ packagePath, publicKey: key.publicKey });
}

/** Asserts that a call fails with a code, and that the folder has the same names afterwards. */
async function refuses(code: string, kind: typeof InputError | typeof UsageError, run: () => Promise<unknown>) {
  const names = readdirSync(work).sort();
  await assert.rejects(run, (error) => {
    assert.ok(error instanceof kind, String(error));
    assert.equal(error.faults[0]?.code, code, error.message);
    assert.doesNotMatch(error.message, /PRIVATE KEY/);
    return true;
  });
  assert.deepEqual(readdirSync(work).sort(), names);
}

test('integration: update.sig is what the device checks: unzip -p, without update.sig, into openssl dgst -verify', {
  skip: without('openssl', 'unzip'),
}, async () => {
  const output = at('le.zip');
  const signed = await signFile(request('le', output));
  assert.match(tool('unzip', ['-t', output]).toString(), /No errors detected/);
  const contents = tool('unzip', ['-p', output, '-x', 'update.sig']);
  writeFileSync(at('le.sig'), tool('unzip', ['-p', output, 'update.sig']));
  const said = tool('openssl', ['dgst', '-sha256', '-verify', own.publicKey, '-signature', at('le.sig')], contents);
  assert.equal(said.toString(), 'Verified OK\n');
  const files = readZip(readFileSync(output));
  assert.deepEqual(files.slice(0, -2), readZip(readFileSync(plain)));
  const [manifest, signature] = files.slice(-2);
  assert.equal(manifest?.name, 'META-INF/com/dfota/manifest');
  assert.equal(signature?.name, 'update.sig');
  assert.equal(signature?.stored, true);
  assert.equal(signed.size, readFileSync(output).length);
  assert.deepEqual((await report(output)).signatures, [
    { scheme: 'le', valid: true, message: 'update.sig and the manifest hold for every byte of the package', notes: [] },
  ]);
});

test('integration: the comment is a signature that openssl and the verifier of recoveries take', {
  skip: without('openssl', 'unzip'),
}, async () => {
  const output = at('android.zip');
  await signFile(request('android', output));
  assert.match(tool('unzip', ['-t', output]).toString(), /No errors detected/);
  const bytes = readFileSync(output);
  const [start, commentSize] = [bytes.readUInt16LE(bytes.length - 6), bytes.readUInt16LE(bytes.length - 2)];
  writeFileSync(at('cms.der'), bytes.subarray(bytes.length - start, -6));
  writeFileSync(at('cms.data'), bytes.subarray(0, bytes.length - commentSize - 2));
  const cms = ['cms', '-verify', '-inform', 'DER', '-in', at('cms.der'), '-content', at('cms.data'), '-binary'];
  tool('openssl', [...cms, '-CAfile', own.certificate, '-purpose', 'any', '-out', at('cms.out')]);
  assert.deepEqual(readFileSync(at('cms.out')), readFileSync(at('cms.data')));
  // Recoveries of before Android 5 take the last bytes in front of the footer as the raw signature.
  writeFileSync(at('raw.sig'), bytes.subarray(bytes.length - 6 - 256, -6));
  const dgst = ['dgst', '-sha256', '-verify', own.publicKey, '-signature', at('raw.sig'), at('cms.data')];
  assert.equal(tool('openssl', dgst).toString(), 'Verified OK\n');
  assert.equal((await report(output)).valid, true);
  assert.deepEqual(bytes.subarray(0, readFileSync(plain).length - 2), readFileSync(plain).subarray(0, -2));
});

test('integration: a detached signature is one for openssl, with a statement that may not differ', {
  skip: without('openssl', 'unzip'),
}, async () => {
  const output = at('plain.zip.sig');
  await signFile(request('detached', output));
  assert.equal(
    tool('openssl', ['dgst', '-sha256', '-verify', own.publicKey, '-signature', output, plain]).toString(),
    'Verified OK\n',
  );
  assert.equal((await report(plain)).valid, true);
  await refuses('signed-already', InputError, () => signFile(request('detached', output)));
  const statement = readFileSync(`${output}.json`, 'utf8');
  for (const [from, to] of [
    ['"version": 1', '"version": 2'],
    ['"size": ', '"size": 1'],
    ['"sha256": "', '"sha256": "0'],
  ] as const) {
    writeFileSync(`${output}.json`, statement.replace(from, to));
    assert.equal((await report(plain)).valid, false, to);
  }
  const again = await signFile(request('detached', output, { replace: true }));
  assert.deepEqual(again.replaced, ['detached']);
  assert.equal(readFileSync(`${output}.json`, 'utf8'), statement);
  for (const name of [output, `${output}.json`]) copyFileSync(name, name.replace('plain.zip', 'away'));
  for (const name of [output, `${output}.json`]) writeFileSync(name, '');
  assert.equal(
    (await verifySigned({ packagePath: plain, publicKey: own.publicKey, signature: at('away.sig') })).valid,
    true,
  );
  assert.equal((await report(plain)).valid, false);
  for (const name of [output, `${output}.json`]) rmSync(name);
});

test('integration: signing is deterministic, and signing anew gives the same bytes', {
  skip: without('openssl', 'unzip'),
}, async () => {
  await signFile(request('le', at('one.zip')));
  await signFile(request('le', at('two.zip')));
  assert.deepEqual(readFileSync(at('one.zip')), readFileSync(at('two.zip')));
  await refuses('signed-already', InputError, () => signFile(request('le', at('no.zip'), { package: at('one.zip') })));
  // First by another key, then by the own one: nothing of the other is left.
  await signFile(request('le', at('foreign.zip'), { key: other.key, certificate: other.certificate }));
  const again = await signFile(request('le', at('again.zip'), { package: at('foreign.zip'), replace: true }));
  assert.deepEqual(again.replaced, ['le']);
  assert.deepEqual(readFileSync(at('again.zip')), readFileSync(at('one.zip')));
  // Both schemes: LE first. LE over both takes the other one out.
  await signFile(request('android', at('both.zip'), { package: at('one.zip') }));
  assert.deepEqual(
    (await report(at('both.zip'))).signatures.map(({ scheme, valid }) => [scheme, valid]),
    [
      ['le', true],
      ['android', true],
    ],
  );
  await refuses('signed-already', InputError, () =>
    signFile(request('android', at('no.zip'), { package: at('both.zip') })),
  );
  const back = await signFile(request('le', at('back.zip'), { package: at('both.zip'), replace: true }));
  assert.deepEqual(back.replaced, ['le', 'android']);
  assert.deepEqual(readFileSync(at('back.zip')), readFileSync(at('one.zip')));
});

test('integration: a signature in the middle of a package is taken out, whoever put it there', {
  skip: without('openssl', 'unzip'),
}, async () => {
  const files = readZip(readFileSync(plain));
  const [first, ...rest] = files;
  assert.ok(first !== undefined);
  const middle = { name: 'update.sig', data: Buffer.from('old'), mode: 0o100644, stored: true };
  writeFileSync(at('middle.zip'), buildZip([first, middle, ...rest]));
  writeFileSync(at('straight.zip'), buildZip(files));
  await signFile(request('le', at('middle.signed.zip'), { package: at('middle.zip'), replace: true }));
  await signFile(request('le', at('straight.signed.zip'), { package: at('straight.zip') }));
  assert.deepEqual(readFileSync(at('middle.signed.zip')), readFileSync(at('straight.signed.zip')));
});

for (const scheme of ['le', 'android'] as const) {
  test(`property: no byte of a package that is signed with ${scheme} can be another, none cut off, none added`, {
    skip: without('openssl', 'unzip'),
  }, async () => {
    const output = at(`flip-${scheme}.zip`);
    await signFile(request(scheme, output));
    const bytes = readFileSync(output);
    const damaged = at(`flipped-${scheme}.zip`);
    const isBad = async (changed: Uint8Array, what: string): Promise<void> => {
      writeFileSync(damaged, changed);
      assert.equal((await report(damaged)).valid, false, what);
    };
    // Every byte of the package, with a bit that goes round.
    for (let byte = 0; byte < bytes.length; byte += 1) {
      const changed = Buffer.from(bytes);
      changed[byte] = (changed[byte] ?? 0) ^ (1 << (byte % 8));
      await isBad(changed, `byte ${byte} of ${bytes.length}`);
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (byte, mask) => {
        const changed = Buffer.from(bytes);
        changed[byte] = (changed[byte] ?? 0) ^ mask;
        await isBad(changed, `byte ${byte} ^ ${mask}`);
      }),
      { numRuns: 300 },
    );
    for (const cut of [1, 22, 300, bytes.length - 30]) await isBad(bytes.subarray(0, -cut), `cut ${cut}`);
    await isBad(Buffer.concat([bytes, Buffer.from('x')]), 'one more');
  });
}

/** A package of the same contents, rebuilt with changes, as somebody without the key could. */
function rebuilt(
  output: string,
  change: (files: ReturnType<typeof readZip>) => readonly Parameters<typeof buildZip>[0][number][],
) {
  const name = at('rebuilt.zip');
  writeFileSync(name, buildZip(change(readZip(readFileSync(output)))));
  return name;
}

test('integration: a renamed entry, moved boundaries, another mode, another order: openssl takes them, verify does not', {
  skip: without('openssl', 'unzip'),
}, async () => {
  const output = at('le-hole.zip');
  await signFile(request('le', output));
  const signature = at('hole.sig');
  const attacks: Readonly<
    Record<string, (files: ReturnType<typeof readZip>) => readonly Parameters<typeof buildZip>[0][number][]>
  > = {
    renamed: (files) =>
      files.map((each) => (each.name === 'system/bin/app' ? { ...each, name: 'system/bin/sh' } : each)),
    'of another mode': (files) =>
      files.map((each) => (each.name === 'system/bin/app' ? { ...each, mode: 0o104755 } : each)),
    'cut elsewhere': ([first, second, ...rest]) => {
      assert.ok(first !== undefined && second !== undefined);
      return [{ ...first, data: first.data.subarray(0, 10) }, { ...second, data: first.data.subarray(10) }, ...rest];
    },
    'with the manifest renamed': (files) =>
      files.map((each) => (each.name.endsWith('/manifest') ? { ...each, name: 'system/etc/manifest' } : each)),
    'with the manifest in two': (files) =>
      files.flatMap((each) =>
        each.name.endsWith('/manifest')
          ? [
              { ...each, name: 'system/etc/notes', data: each.data.subarray(0, 40) },
              { ...each, data: each.data.subarray(40) },
            ]
          : [each],
      ),
    'with the manifest in one with another': (files) => {
      const before = files.at(-3);
      return files
        .filter((each) => each !== before)
        .map((each) =>
          each.name.endsWith('/manifest')
            ? { ...each, data: Buffer.concat([before?.data ?? Buffer.alloc(0), each.data]) }
            : each,
        );
    },
    'with one more that is empty': (files) => [
      { name: 'system/etc/more', data: Buffer.alloc(0), mode: 0o100644 },
      ...files,
    ],
    'packed anew': (files) => files,
  };
  for (const [what, attack] of Object.entries(attacks)) {
    const name = rebuilt(output, attack);
    writeFileSync(signature, tool('unzip', ['-p', name, 'update.sig']));
    const contents = tool('unzip', ['-p', name, '-x', 'update.sig']);
    const said = tool('openssl', ['dgst', '-sha256', '-verify', own.publicKey, '-signature', signature], contents);
    assert.equal(said.toString(), 'Verified OK\n', what);
    const { valid, signatures } = await report(name);
    assert.equal(valid, false, `${what}: ${JSON.stringify(signatures)}`);
  }
  const bare = rebuilt(output, (files) => files.filter((each) => each.name !== 'update.sig'));
  assert.equal((await report(bare)).valid, false);
});

test('integration: update.sig of another tool is valid, and what it leaves open is told', {
  skip: without('openssl', 'unzip'),
}, async () => {
  const contents = tool('unzip', ['-p', plain]);
  const sig = tool('openssl', ['dgst', '-sha256', '-sign', own.key], contents);
  const name = at('foreign-tool.zip');
  writeFileSync(
    name,
    buildZip([...readZip(readFileSync(plain)), { name: 'update.sig', data: sig, mode: 0o100644, stored: true }]),
  );
  const [found] = (await report(name)).signatures;
  assert.equal(found?.valid, true);
  assert.match(found?.notes[0] ?? '', /names of entries/);
});

test('integration: what signapk signs is valid', {
  skip: without('openssl', 'unzip'),
}, async (context: TestContext) => {
  const jar = '/usr/share/signapk/signapk.jar';
  if (!hasTool('java') || !existsSync(jar)) return context.skip('signapk is not installed (apt install signapk)');
  tool('openssl', [
    'pkcs8',
    '-topk8',
    '-inform',
    'PEM',
    '-outform',
    'DER',
    '-in',
    own.key,
    '-out',
    at('own.pk8'),
    '-nocrypt',
  ]);
  tool('java', ['-jar', jar, '-w', own.certificate, at('own.pk8'), plain, at('signapk.zip')]);
  const found = await verifySigned({ packagePath: at('signapk.zip'), certificate: own.certificate });
  assert.deepEqual(
    found.signatures.map(({ scheme, valid }) => ({ scheme, valid })),
    [{ scheme: 'android', valid: true }],
  );
  assert.equal((await report(at('signapk.zip'), other)).valid, false);
  // And ours over it.
  const again = await signFile(request('android', at('over.zip'), { package: at('signapk.zip'), replace: true }));
  assert.deepEqual(again.replaced, ['android']);
  assert.equal((await report(at('over.zip'))).valid, true);
});

test('end-to-end: a signed package is proved on every profile, as before', {
  skip: without('openssl', 'unzip'),
}, async () => {
  const folder = at('proof');
  mkdirSync(folder);
  await withGenerated(folder, mutationPair, { verify: { level: 'off', profile: 'strict' } }, async (pair) => {
    const { packagePath, source, target } = pair;
    const [le, both] = [join(folder, 'le.zip'), join(folder, 'both.zip')];
    await signFile(request('le', le, { package: packagePath }));
    await signFile(request('android', both, { package: le }));
    assert.equal((await report(both)).valid, true);
    for (const profile of profileNames) {
      const of = (path: string) =>
        verifyPackage(
          { source, target: target.build, keep: (name) => name.startsWith('MULTIFOTA') },
          { packagePath: path, profile },
        );
      const [unsigned, signed] = [await of(packagePath), await of(both)];
      const told = ({ proved, status, message, differences }: typeof signed) => ({
        proved,
        status,
        message,
        differences,
      });
      assert.deepEqual(told(signed), told(unsigned), profile);
    }
  });
});

test('integration: keys and certificates that are not right', { skip: without('openssl', 'unzip') }, async () => {
  const output = at('never.zip');
  const file = (name: string, text: string): string => {
    writeFileSync(at(name), text);
    return at(name);
  };
  tool('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at('ec.pem')]);
  tool('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', at('ed.pem')]);
  tool('openssl', ['genrsa', '-out', at('short.pem'), '1024']);
  tool('openssl', ['rsa', '-in', own.key, '-aes256', '-passout', 'pass:secret', '-out', at('locked.pem')]);
  file('half.pem', readFileSync(own.key, 'latin1').slice(0, 700));
  file('empty.pem', '');
  file('large.pem', 'x'.repeat(2 ** 20 + 1));
  const keys: readonly (readonly [string, string])[] = [
    ['ec.pem', 'key-kind'],
    ['ed.pem', 'key-kind'],
    ['short.pem', 'key-kind'],
    ['half.pem', 'key-unreadable'],
    ['empty.pem', 'key-unreadable'],
    ['large.pem', 'key-unreadable'],
    ['own.pub.pem', 'key-unreadable'],
    ['own.cert.pem', 'key-unreadable'],
    ['locked.pem', 'key-passphrase'],
    ['missing.pem', 'input-missing'],
  ];
  for (const [name, code] of keys) {
    const changes = { key: at(name), certificate: undefined };
    await refuses(code, InputError, () => signFile(request('le', output, changes)));
  }
  const locked = { key: at('locked.pem') };
  await refuses('key-passphrase', InputError, () =>
    signFile(request('le', output, locked), { passphrase: async () => 'wrong' }),
  );
  await signFile(request('le', at('unlocked.zip'), locked), { passphrase: async () => 'secret' });
  assert.equal((await report(at('unlocked.zip'))).valid, true);

  certify(own.key, at('day.cert.pem'), ['-days', '1']);
  const late = { now: () => new Date(Date.now() + 3 * 86_400_000) };
  const early = { now: () => new Date('2020-01-01') };
  for (const ports of [late, early]) {
    const changes = { certificate: at('day.cert.pem') };
    await refuses('certificate-expired', InputError, () => signFile(request('android', output, changes), ports));
    const check = { packagePath: plain, certificate: at('day.cert.pem') };
    await refuses('certificate-expired', InputError, () => verifySigned(check, ports));
  }
  await refuses('certificate-foreign', InputError, () =>
    signFile(request('android', output, { certificate: other.certificate })),
  );
  await refuses('signing-options', UsageError, () => signFile(request('android', output, { certificate: undefined })));
  await refuses('signing-options', UsageError, () => signFile(request('le', output, { key: undefined })));
  await refuses('signing-options', UsageError, () => signFile(request('le', output, { publicKey: other.publicKey })));
  await refuses('output-over-input', UsageError, () => signFile(request('le', plain)));
  await refuses('output-over-input', UsageError, () => signFile(request('le', own.key)));
  await refuses('key-unreadable', InputError, () => verifySigned({ packagePath: plain, publicKey: own.key }));
  for (const text of ['', 'no zip at all', readFileSync(plain, 'latin1').slice(0, 300)]) {
    const changes = { package: file('nozip', text) };
    for (const scheme of ['le', 'android', 'detached'] as const) {
      await refuses('package-no-zip', InputError, () => signFile(request(scheme, output, changes)));
    }
  }
});

test('integration: an entry that is damaged is not signed', { skip: without('openssl', 'unzip') }, async () => {
  const bytes = readFileSync(plain);
  const spoilt = Buffer.from(bytes);
  spoilt[bytes.indexOf('A01\n')] = 0x42;
  writeFileSync(at('spoilt.zip'), spoilt);
  await refuses('package-damaged', InputError, () =>
    signFile(request('le', at('never.zip'), { package: at('spoilt.zip') })),
  );
  assert.notEqual(crc32(bytes), crc32(spoilt));
});

/** A program of the shell that stands for a signer. */
function program(name: string, lines: string): string {
  writeFileSync(at(name), `#!/bin/sh\n${lines}\n`);
  chmodSync(at(name), 0o755);
  return at(name);
}

test('integration: a program signs: the same bytes as with the key', {
  skip: without('openssl', 'unzip'),
}, async () => {
  await signFile(request('le', at('by-key.zip')));
  const words = `openssl pkeyutl -sign -inkey '${own.key}' -pkeyopt digest:sha256`;
  const changes = { key: undefined, signerCommand: words };
  await signFile(request('le', at('by-program.zip'), changes));
  assert.deepEqual(readFileSync(at('by-program.zip')), readFileSync(at('by-key.zip')));
  const withPublic = { ...changes, certificate: undefined, publicKey: own.publicKey };
  await signFile(request('le', at('by-public.zip'), withPublic));
  assert.deepEqual(readFileSync(at('by-public.zip')), readFileSync(at('by-key.zip')));
});

test('integration: a program that prints rubbish, fails, hangs, is not there, or signs with another key', {
  skip: without('openssl', 'unzip'),
}, async () => {
  const by =
    (signerCommand: string, more: Partial<SignRequest> = {}) =>
    () =>
      signFile(request('le', at('never.zip'), { key: undefined, signerCommand, ...more }));
  program('rubbish', 'echo hello');
  program('flood', 'cat /dev/zero');
  program('fails', 'echo no token >&2; exit 3');
  program('hangs', 'sleep 60');
  program('deaf', 'exec 0<&-; head -c 256 /dev/zero');
  program('dies', 'kill -9 $$');
  await refuses('signer-output', InputError, by(at('rubbish')));
  await refuses('signer-output', InputError, by(at('flood')));
  await refuses('signer-output', InputError, by(at('deaf')));
  await refuses('signer-failed', InputError, by(at('fails')));
  await assert.rejects(by(at('fails')), /exit code 3: no token/);
  await refuses('signer-failed', InputError, by(at('dies')));
  await refuses('signer-timeout', InputError, by(at('hangs'), { signerTimeout: 1 }));
  await refuses('signer-failed', InputError, by(at('not there')));
  await refuses('signer-output', InputError, by(`openssl pkeyutl -sign -inkey ${other.key} -pkeyopt digest:sha256`));
  await refuses('signer-command', UsageError, by("openssl 'pkeyutl"));
  await refuses('signer-command', UsageError, by('  '));
  await refuses('signing-options', UsageError, by(at('rubbish'), { certificate: undefined }));
  await assert.rejects(by(`${at('fails')} --pin 1234`), (error: Error) => !error.message.includes('1234'));
  assert.ok(!existsSync(at('never.zip')));
  const stop = new AbortController();
  const hanging = signFile(request('le', at('never.zip'), { key: undefined, signerCommand: at('hangs') }), {
    signal: stop.signal,
  });
  setTimeout(() => stop.abort('SIGINT'), 100);
  await assert.rejects(hanging, (reason) => reason === 'SIGINT');
});

test('end-to-end: a key in softhsm2 signs through pkcs11-tool', {
  skip: without('openssl', 'unzip'),
}, async (context: TestContext) => {
  if (!hasTool('softhsm2-util') || !hasTool('pkcs11-tool')) {
    return context.skip('softhsm2 or pkcs11-tool is not installed (apt install softhsm2 opensc)');
  }
  mkdirSync(at('tokens'));
  writeFileSync(
    at('softhsm2.conf'),
    `directories.tokendir = ${at('tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const previous = process.env.SOFTHSM2_CONF;
  process.env.SOFTHSM2_CONF = at('softhsm2.conf');
  try {
    tool('softhsm2-util', ['--init-token', '--free', '--label', 'dfota', '--so-pin', '5678', '--pin', '1234']);
    tool('openssl', ['pkcs8', '-topk8', '-in', own.key, '-nocrypt', '-out', at('hsm.p8')]);
    tool('softhsm2-util', [
      '--import',
      at('hsm.p8'),
      '--token',
      'dfota',
      '--label',
      'k',
      '--id',
      'a1',
      '--pin',
      '1234',
    ]);
    const library = tool('sh', [
      '-c',
      'ls /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so 2>/dev/null | head -1',
    ]);
    // PKCS#11 wants the digest with the name of its algorithm in front (DigestInfo).
    const sign = `pkcs11-tool --module ${library.toString().trim()} --token-label dfota --login --pin 1234 --id a1 --sign --mechanism RSA-PKCS`;
    const prefix = '\\060\\061\\060\\015\\006\\011\\140\\206\\110\\001\\145\\003\\004\\002\\001\\005\\000\\004\\040';
    const hsm = program(
      'hsm',
      `{ printf '${prefix}'; cat; } > "$1.in"\n${sign} --input-file "$1.in" --output-file "$1.out" >&2 && cat "$1.out"`,
    );
    const signerCommand = `${hsm} "${at('hsm-work')}"`;
    await signFile(request('android', at('by-hsm.zip'), { key: undefined, signerCommand }));
    await signFile(request('android', at('by-file.zip')));
    assert.deepEqual(readFileSync(at('by-hsm.zip')), readFileSync(at('by-file.zip')));
  } finally {
    if (previous === undefined) delete process.env.SOFTHSM2_CONF;
    else process.env.SOFTHSM2_CONF = previous;
  }
});

test('integration: a certificate that somebody else issued is checked with itself, not with a key alone', {
  skip: without('openssl', 'unzip'),
}, async () => {
  tool('openssl', ['req', '-new', '-key', own.key, '-subj', '/CN=leaf', '-out', at('leaf.csr')]);
  const issuer = ['-CA', other.certificate, '-CAkey', other.key, '-CAcreateserial'];
  tool('openssl', ['x509', '-req', '-in', at('leaf.csr'), ...issuer, '-days', '30', '-out', at('leaf.cert.pem')]);
  const certificate = at('leaf.cert.pem');
  await signFile(request('android', at('leaf.zip'), { certificate }));
  assert.equal((await verifySigned({ packagePath: at('leaf.zip'), certificate })).valid, true);
  assert.equal((await verifySigned({ packagePath: at('leaf.zip'), certificate: own.certificate })).valid, false);
  const [found] = (await report(at('leaf.zip'))).signatures;
  assert.match(found?.message ?? '', /check with --certificate/);
});
