/** `dfota deliver` against `dfota module` over TCP: each fault has one end and one exit code. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import type { FaultName } from '../../src/module/faults.js';
import { faultKinds } from '../../src/module/faults.js';
import { command, lazyDeliveryPair, newVersion, oldVersion, startModule } from '../support/delivery-pair.js';
import { seededRandom } from '../support/random.js';
import { workFolder } from '../support/work-folder.js';

const folder = workFolder('deliver');
const pairs = lazyDeliveryPair(join(folder, 'pair'));
let modules = 0;
const isEvent = new Ajv({ allErrors: true }).compile(
  JSON.parse(readFileSync(new URL('../../../docs/schemas/delivery-event.schema.json', import.meta.url), 'utf8')),
);

/** A delivery to a module with faults: its exit code, and the events that were told. */
async function delivered(faults: readonly string[], words: readonly string[] = []) {
  const pair = await pairs();
  modules += 1;
  const state = join(folder, `m${modules}`);
  const module = await startModule(pair.source, state, faults);
  try {
    const journal = join(folder, `j${modules}`);
    const { code, stdout, stderr } = await command(
      ...['deliver', pair.package, '--port', module.at, '--speed', '1000', '--json', '--journal', journal, ...words],
    );
    const events: Record<string, unknown>[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const event of events) assert.ok(isEvent(event), JSON.stringify([event, isEvent.errors]));
    return { code, events, end: events.at(-1) ?? {}, stderr, heard: module.events, state };
  } finally {
    await module.stop();
  }
}

/** The end that each fault leads to. */
const ends: Readonly<Record<FaultName, readonly (readonly [fault: string, code: number, said: RegExp])[]>> = {
  echo: [
    ['echo=on', 0, /runs/],
    ['echo=off', 0, /runs/],
  ],
  chatter: [['chatter', 0, /runs/]],
  'split-answers': [['split-answers', 0, /runs/]],
  'silent-port': [['silent-port', 4, /no AT port/]],
  'busy-port': [['busy-port', 4, /another program/]],
  'cme-error': [
    ['cme-error=QFUPL', 5, /CME ERROR/],
    ['cme-error=QFOTADL', 6, /does not start the update/],
    ['cme-error=QFLDS', 0, /runs/],
    ['cme-error=QFDEL', 0, /runs/],
    ['cme-error=QGMR', 4, /does not match|runs|505|is for/],
    ['cme-error=E0', 0, /runs/],
  ],
  'slow-acks': [['slow-acks=5', 0, /runs/]],
  'lost-ack': [['lost-ack=3', 5, /acknowledge/]],
  'wrong-xor16': [['wrong-xor16', 5, /differs/]],
  'cable-pulled': [['cable-pulled=40', 5, /went away/]],
  // Only a module that downloads shows these: serve-own.test.ts.
  'network-lost': [],
  'download-timeout': [],
  'vanishing-port': [
    ['vanishing-port=10', 4, /went away/],
    ['vanishing-port=450', 0, /runs/],
  ],
  'lost-start': [['lost-start', 0, /runs/]],
  'lost-end': [['lost-end', 0, /runs/]],
  'lost-reports': [['lost-reports', 0, /runs/]],
  'split-reports': [['split-reports', 0, /runs/]],
  'cut-reports': [['cut-reports', 0, /runs/]],
  'doubled-reports': [['doubled-reports', 0, /runs/]],
  'end-code': [
    ['end-code=520', 6, /failed with 520/],
    ['end-code=505', 6, /failed with 505/],
  ],
  'old-version': [['old-version', 6, /END 0 was reported, but/]],
  'power-cut': [['power-cut=50', 0, /runs/]],
  'never-back': [
    ['never-back=1', 7, /did not come back/],
    ['never-back=2', 7, /did not come back/],
  ],
  'usrdata-free': [['usrdata-free=9000', 4, /550|usrdata/]],
  'system-free': [['system-free=0', 6, /reported END 51/]],
  'changed-file': [['changed-file=/system/bin/app', 6, /failed with 510/]],
};

test('integration: each fault of the field has one end and one exit code', async (t) => {
  for (const name of Object.keys(faultKinds)) {
    const cases = Object.entries(ends).find(([key]) => key === name)?.[1] ?? assert.fail(name);
    for (const [fault, code, said] of cases) {
      await t.test(fault, async () => {
        const { end, code: found, events, heard } = await delivered([fault]);
        assert.equal(found, code, JSON.stringify([end, events.slice(-8), heard.slice(-8)]));
        assert.match(String(end.message), said);
        assert.equal(end.exitCode, code);
        if (code === 0) assert.equal(end.versionAfter, newVersion);
        if (code === 6 && end.code !== undefined && end.code !== 0)
          assert.match(JSON.stringify(end.explanation), /meaning/);
      });
    }
  }
});

test('integration: a package for another version is refused before a byte is sent; by force the module says 505', async () => {
  const pair = await pairs();
  const state = join(folder, 'other');
  const module = await startModule(pair.target, state);
  const words = [
    'deliver',
    pair.package,
    '--port',
    module.at,
    '--speed',
    '1000',
    '--journal',
    join(folder, 'other.journal'),
  ];
  const already = await command(...words);
  assert.equal(already.code, 0);
  assert.match(already.stdout, /runs RG520NNADAR01A02M4G_OCPU_01.001 already: nothing was sent/);
  const refused = await command(...words, '--expect-version', 'RG520NNADAR01A03M4G_OCPU_01.001');
  assert.equal(refused.code, 4);
  assert.match(refused.stdout, /the module runs RG520NNADAR01A02M4G.*, the package is for RG520NNADAR01A01M4G/);
  const forced = await command(...words, '--expect-version', 'RG520NNADAR01A03M4G_OCPU_01.001', '--force');
  assert.equal(forced.code, 6);
  assert.match(forced.stdout, /END 505: /);
  await module.stop();
});

test('integration: a delivery that was stopped goes on where it was', async () => {
  const pair = await pairs();
  const state = join(folder, 'resumed');
  const journal = join(folder, 'resumed.journal');
  const words = (at: string) => [
    'deliver',
    pair.package,
    '--port',
    at,
    '--speed',
    '1000',
    '--journal',
    journal,
    '--json',
  ];
  const first = await startModule(pair.source, state, ['cme-error=QFOTADL']);
  assert.equal((await command(...words(first.at))).code, 6);
  await first.stop();
  const second = await startModule(pair.source, state, ['never-back=1']);
  const gone = await command(...words(second.at), '--resume');
  assert.equal(gone.code, 7);
  assert.doesNotMatch(gone.stdout, /QFUPL/);
  await second.stop();
  const third = await startModule(pair.source, state);
  const done = await command(...words(third.at), '--resume');
  assert.equal(done.code, 0, done.stdout);
  assert.doesNotMatch(done.stdout, /QFUPL|QFOTADL/);
  await third.stop();
});

test('integration: two deliveries to one port: the second is told who has it', async () => {
  const pair = await pairs();
  const module = await startModule(pair.source, join(folder, 'two'), ['slow-acks=20']);
  const words = ['deliver', pair.package, '--port', module.at, '--speed', '1000'];
  const [one, two] = await Promise.all([
    command(...words, '--journal', join(folder, 'one.journal')),
    command(...words, '--journal', join(folder, 'two.journal')),
  ]);
  assert.deepEqual([one.code, two.code].sort(), [0, 3]);
  assert.match(one.stderr + two.stderr, /another process is using this port/);
  await module.stop();
});

test('unit: a dry run prints every command, and opens no port', async () => {
  const pair = await pairs();
  const { code, stdout } = await command('deliver', pair.package, '--port', 'tcp://127.0.0.1:1', '--dry-run');
  assert.equal(code, 0);
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .filter((line) => !/^AT(E0)?$/.test(line))
      .map((line) => line.replace(/\d{4,}/, 'N')),
    [
      'AT+QGMR',
      'ATI',
      'AT+QFLDS="UFS"',
      'AT+QFDEL="update.zip"',
      'AT+QFUPL="update.zip",N,15,1',
      '<N bytes>',
      'AT+QFOTADL="/usrdata/cache/ufs/update.zip"',
      'AT+QGMR',
    ],
  );
});

test('unit: names and addresses with other characters are never sent', async () => {
  const pair = await pairs();
  const base = ['deliver', pair.package, '--port', 'tcp://127.0.0.1:1'];
  for (const words of [
    ['--name', 'a;reboot'],
    ['--name', 'a b'],
    ['--name', '../x'],
    ['--name', `${'a'.repeat(81)}`],
    ['--folder', '/usrdata/$(reboot)'],
    ['--via', 'https', '--url', 'http://h/a&b'],
    ['--via', 'https', '--url', `http://h/${'a'.repeat(255)}`],
  ]) {
    const { code, stderr } = await command(...base, ...words);
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, /may not be sent to a module/);
  }
  const nowhere = await command('deliver', pair.package, '--port', '/dev/ttyNONE', '--via', 'https');
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /nothing says where the module finds this machine/);
  writeFileSync(join(folder, 'foreign.journal'), '{"package":"x"}');
  assert.equal((await command(...base, '--resume', '--journal', join(folder, 'foreign.journal'))).code, 3);
  const absent = await command('deliver', pair.package, '--port', '/dev/ttyNONE', '--speed', '1000');
  assert.equal(absent.code, 4);
  assert.match(absent.stdout, /the port cannot be opened: nothing was sent/);
});

test('property: whatever faults come together, no success is told that is none, and every delivery ends', async (t) => {
  const seed = Number(process.env.DFOTA_TEST_SEED ?? 20_261_126);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const pool = [
    ...[
      'echo=off',
      'chatter',
      'split-answers',
      'busy-port=1',
      'slow-acks=1',
      'lost-ack=9',
      'wrong-xor16',
      'cable-pulled=70',
    ],
    ...[
      'vanishing-port=300',
      'vanishing-port=900',
      'lost-start',
      'lost-end',
      'lost-reports',
      'split-reports',
      'cut-reports',
    ],
    ...[
      'doubled-reports',
      'end-code=501',
      'old-version',
      'power-cut=20',
      'power-cut=80',
      'power-cut=99',
      'never-back=2',
    ],
    ...['system-free=0', 'changed-file=/system/etc/app.conf', 'cme-error=QGMR', 'cme-error=ATI', 'cme-error=QFDEL'],
    ...['network-lost=30', 'download-timeout', 'cme-error=QFUPL', 'cme-error=QFOTADL', 'cme-error=QFLDS', 'echo=on'],
  ];
  const codes = new Set<number>();
  const rounds = Array.from({ length: 200 }, (_each, round) => ({
    round,
    faults: Array.from({ length: 1 + random.below(3) }, () => random.pick(pool)),
    via: random.pick(['at', 'at', 'https']),
  }));
  const one = async ({ round, faults, via }: (typeof rounds)[number]): Promise<void> => {
    const begun = performance.now();
    const { code, end, events, state } = await delivered(faults, ['--via', via]);
    const told = `seed ${seed}, round ${round}, ${via}: ${faults.join(' ')}: ${JSON.stringify(events.slice(-6))}`;
    assert.ok([0, 4, 5, 6, 7].includes(code), told);
    assert.ok(performance.now() - begun < 40_000, told);
    codes.add(code);
    const out = join(folder, `tree${round}`);
    if (code !== 0) return;
    assert.equal(end.versionAfter, newVersion, told);
    await command('module', '--state', state, '--tree', out);
    const { stdout } = await command('ls', out, '--json', '--only', 'SYSTEM/new/file');
    assert.match(stdout, /SYSTEM\/new\/file/, told);
  };
  // Nearly all of the time is spent waiting for a module: several are delivered to at once.
  const left = rounds.values();
  const lane = async (): Promise<void> => {
    for (const next of left) await one(next);
  };
  await Promise.all(Array.from({ length: 12 }, lane));
  assert.ok(codes.size >= 4, [...codes].join());
  assert.notEqual(oldVersion, newVersion);
});
