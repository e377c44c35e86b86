/** What is handed over, and what is sent to a maintainer: complete or not there, and the same bytes each time. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { releaseRequest } from '../../../src/cli/commands/release.js';
import { supportRequest } from '../../../src/cli/commands/support.js';
import { InputError, UsageError } from '../../../src/model/errors.js';
import { release } from '../../../src/usecases/release/release.js';
import { reproduce } from '../../../src/usecases/reproduce/reproduce.js';
import { support } from '../../../src/usecases/support/support.js';
import { verifySigned } from '../../../src/usecases/verify/verify-signed.js';
import { makeKeyAlone, tool } from '../../support/keys.js';
import { mutationPair } from '../../support/mutation-pair.js';
import { writeTargetFiles } from '../../support/targetfiles.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('release');
const at = (name: string): string => join(work, name);
let key: ReturnType<typeof makeKeyAlone>;

before(() => {
  key = makeKeyAlone(work, 'key');
  copyFileSync(writeTargetFiles(at('a'), mutationPair.source), at('v1.zip'));
  copyFileSync(writeTargetFiles(at('b'), mutationPair.target), at('v2.zip'));
  mkdirSync(at('lists'));
  writeFileSync(at('lists/quectel_noota_filelist.txt'), '# nothing\n');
});

function request(output: string, changes: Partial<Parameters<typeof releaseRequest>[0]> = {}) {
  const words = {
    parts: 'a',
    modes: 'build',
    effort: 'fast',
    verify: 'quick',
    profile: 'strict',
    bootUpdate: 'resumable',
    scriptDialect: 'assert',
    noCache: true,
  } as const;
  return releaseRequest(
    { ...words, source: at('v1.zip'), target: at('v2.zip'), lists: at('lists'), output: at(output), ...changes },
    '2026-11-21T00:00:00Z',
  );
}

const names = [
  'audit.html',
  'lists/quectel_noota_filelist.txt',
  'md5.txt',
  'notes.md',
  'provenance.json',
  'update.zip',
  'update.zip.json',
];

test('end-to-end: a folder with all that is handed over; md5sum, the key and the record agree with it', async () => {
  const made = await release(request('folder', { scheme: 'le', key: key.key }));
  assert.deepEqual(made.files, names);
  assert.equal(made.signed?.scheme, 'le');
  tool('sh', ['-c', `cd '${at('folder')}' && md5sum --check --strict md5.txt`]);
  assert.match(readFileSync(at('folder/md5.txt'), 'utf8'), new RegExp(`^${made.package.md5} \\*update\\.zip$`, 'm'));
  assert.equal((await verifySigned({ packagePath: at('folder/update.zip'), publicKey: key.publicKey })).valid, true);
  const record = JSON.parse(readFileSync(at('folder/update.zip.json'), 'utf8'));
  assert.equal(record.signed.sha256, made.package.sha256);
  assert.notEqual(record.package.sha256, made.package.sha256);
  const provenance = JSON.parse(readFileSync(at('folder/provenance.json'), 'utf8'));
  assert.equal(provenance.subject[0].digest.sha256, made.package.sha256);
  const notes = readFileSync(at('folder/notes.md'), 'utf8');
  for (const part of [made.package.md5, 'A01', 'A02', `,${made.package.size},60,1`, 'adb push', 'https://']) {
    assert.ok(notes.includes(part), part);
  }
  assert.match(readFileSync(at('folder/audit.html'), 'utf8'), /^<!doctype html>/i);
  const again = await reproduce({ record: at('folder/update.zip.json') });
  assert.equal(again.same, true);
  for (const name of made.files) assert.ok(!readFileSync(at(`folder/${name}`), 'latin1').includes('.tmp'), name);
});

test('end-to-end: the audit is that of the package, and its budgets are held against the real size', async () => {
  for (const [name, budget, offends] of [
    ['kept', '1 MB', false],
    ['not-kept', '100 B', true],
  ] as const) {
    writeFileSync(at(`${name}.yaml`), `schema: 1\nbudgets:\n  package: ${budget}\n`);
    const made = await release(request(`folder-${name}`, { policy: at(`${name}.yaml`) }));
    assert.equal(made.offends, offends, name);
    assert.ok(readFileSync(at(`folder-${name}/audit.html`), 'utf8').includes(`${made.package.sha256}`));
  }
});

test('end-to-end: the audit of a signed release tells the proof that was recorded, and reads neither build a second time', async () => {
  const begun: string[] = [];
  let stage: string | undefined;
  await release(request('folder-once', { scheme: 'le', key: key.key }), {
    onProgress: (each) => {
      if (each.stage !== stage) begun.push(each.stage);
      stage = each.stage;
    },
  });
  for (const read of ['read-source', 'read-target', 'plan'])
    assert.equal(begun.filter((each) => each === read).length, 1, begun.join(' '));
  assert.ok(begun.includes('audit'));
  const page = readFileSync(at('folder-once/audit.html'), 'utf8');
  assert.match(page, /recorded when it was made: proved \(strict\), \d+ paths compared with the target/);
});

test('end-to-end: what generate takes goes into the package of a release: allowed errors, limits, the way of the kernel', async () => {
  const nodes = { ...mutationPair.target.nodes, 'BOOTABLE_IMAGES/boot.img': null };
  copyFileSync(writeTargetFiles(at('c'), { ...mutationPair.target, nodes }), at('v3.zip'));
  const without = { target: at('v3.zip') };
  await assert.rejects(
    release(request('as-generate', without)),
    (error) => error instanceof InputError && error.faults.some(({ code }) => code === 'boot-image-gone'),
  );
  const made = await release(
    request('as-generate', { ...without, allow: ['boot-image-gone'], noMoves: true, scriptDialect: 'abort' }),
  );
  assert.equal(made.offends, false);
  const { options } = JSON.parse(readFileSync(at('as-generate/update.zip.json'), 'utf8'));
  assert.deepEqual([options.allow, options.moves, options.dialect], [['boot-image-gone'], false, 'abort']);
  await assert.rejects(release(request('too-small', { deviceMemory: '1' })), InputError);
  assert.ok(!readdirSync(work).some((name) => name.includes('too-small')));
});

test('end-to-end: archives hold the same, and are the same each time', { skip: without('unzip', 'tar') }, async () => {
  for (const [name, list] of [
    ['one.zip', ['unzip', ['-Z1', at('one.zip')]]],
    ['one.tar.gz', ['tar', ['-tzf', at('one.tar.gz')]]],
  ] as const) {
    await release(request(name));
    await release(request(name.replace('one', 'two'), { jobs: '1' }));
    assert.deepEqual(tool(list[0], list[1]).toString().trim().split('\n'), names);
    assert.ok(readFileSync(at(name)).equals(readFileSync(at(name.replace('one', 'two')))), name);
  }
  assert.match(tool('unzip', ['-t', at('one.zip')]).toString(), /No errors detected/);
  mkdirSync(at('unpacked'));
  tool('tar', ['-xzf', at('one.tar.gz'), '-C', at('unpacked')]);
  tool('sh', ['-c', `cd '${at('unpacked')}' && md5sum --check --strict md5.txt`]);
});

test('integration: nothing is left of a release that fails, whatever fails and whenever', async () => {
  const left = readdirSync(work).sort();
  const refuse = async (run: () => Promise<unknown>, kind: typeof InputError | typeof UsageError): Promise<void> => {
    await assert.rejects(run, (error) => error instanceof kind);
    assert.deepEqual(readdirSync(work).sort(), left);
  };
  writeFileSync(at('policy.yaml'), 'nonsense: [');
  left.push('policy.yaml');
  left.sort();
  for (const output of ['no', 'no.zip', 'no.tar.gz']) {
    await refuse(() => release(request(output, { scheme: 'le', key: key.publicKey })), InputError);
    await refuse(() => release(request(output, { scheme: 'android', key: key.key })), UsageError);
    await refuse(() => release(request(output, { policy: at('policy.yaml') })), InputError);
    await refuse(() => release(request(output, { source: at('none.zip') })), InputError);
    const stop = new AbortController();
    const stopping = release(request(output), {
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage === 'audit') stop.abort('SIGINT');
      },
    });
    await assert.rejects(stopping, (reason) => reason === 'SIGINT');
    assert.deepEqual(readdirSync(work).sort(), left);
  }
  await refuse(() => release(request('v1.zip')), UsageError);
  await refuse(() => release(request('folder')), InputError);
  assert.throws(() => request('x', { key: key.key }), UsageError);
});

test('end-to-end: support packs lists, metadata, plan, inspection, check and the log, and no byte of the firmware', {
  skip: without('unzip', 'tar'),
}, async () => {
  await release(request('sent'));
  writeFileSync(at('last_log'), 'script aborted\n');
  const words = { source: at('v1.zip'), target: at('v2.zip'), parts: 'a', modes: 'build', lists: at('lists') } as const;
  const more = { package: at('sent/update.zip'), log: at('last_log') };
  const made = await support(supportRequest({ ...words, ...more, output: at('support.zip') }));
  assert.deepEqual(made.failures, []);
  for (const name of [
    'versions.json',
    'plan.json',
    'check.json',
    'inspect.json',
    'last_log',
    'source/META/misc_info.txt',
  ]) {
    assert.ok(made.files.includes(name), `${name} of ${made.files.join(' ')}`);
  }
  const all = readFileSync(at('support.zip'));
  const firmware = tool('unzip', ['-p', at('v2.zip'), 'SYSTEM/bin/fresh']);
  assert.ok(firmware.length > 1000);
  assert.equal(all.includes(firmware.subarray(0, 100)), false);
  await support(supportRequest({ ...words, ...more, output: at('again.zip') }));
  assert.ok(readFileSync(at('again.zip')).equals(all));
  const full = await support(supportRequest({ ...words, output: at('full.tar.gz'), withFirmware: true }));
  assert.ok(full.files.includes('firmware/source.zip'));
  assert.ok(tool('tar', ['-xzOf', at('full.tar.gz'), 'firmware/target.zip']).equals(readFileSync(at('v2.zip'))));
});

test('integration: support packs failures as what they are', async () => {
  writeFileSync(at('broken.zip'), 'PK no zip');
  const words = { source: at('broken.zip'), target: at('v2.zip'), parts: 'a', modes: 'build' } as const;
  const made = await support(supportRequest({ ...words, package: at('broken.zip'), output: at('broken') }));
  assert.deepEqual(
    made.failures.map(({ step }) => step),
    ['builds', 'inspect'],
  );
  assert.ok(made.files.includes('builds.failed.json'));
  const folder = supportRequest({ ...words, source: at('a'), output: at('never.zip'), withFirmware: true });
  await assert.rejects(support(folder), (error) => error instanceof UsageError);
});

test('end-to-end: with the way back, which is proved, recorded, signed and summed like the other', async () => {
  const made = await release(request('both-ways', { scheme: 'le', key: key.key, withRollback: true }));
  assert.deepEqual(made.files, [...names, 'update.rollback.zip', 'update.rollback.zip.json'].sort());
  const signed = await verifySigned({
    packagePath: at('both-ways/update.rollback.zip'),
    publicKey: key.publicKey,
  });
  assert.equal(signed.valid, true);
  tool('sh', ['-c', `cd '${at('both-ways')}' && md5sum --check --strict md5.txt`]);
  const [forward, back] = ['update.zip.json', 'update.rollback.zip.json'].map((name) =>
    JSON.parse(readFileSync(at(`both-ways/${name}`), 'utf8')),
  );
  assert.deepEqual([back.source.sha256, back.target.sha256], [forward.target.sha256, forward.source.sha256]);
  assert.deepEqual([back.proof.proved, back.signed.sha256], [true, made.rollback?.sha256]);
  const again = await reproduce({ record: at('both-ways/update.rollback.zip.json'), jobs: 1 });
  assert.deepEqual([again.same, again.differences], [true, []]);
  // A bundle is whole: without a way back that can be proved there is none.
  const narrow = request('no-way-back', { withRollback: true, systemFree: '1' });
  await assert.rejects(release(narrow), InputError);
  assert.equal(existsSync(at('no-way-back')), false);
});
