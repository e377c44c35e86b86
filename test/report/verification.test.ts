import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verification } from '../../src/model/verification.js';
import { replayLines, verificationJson, verificationText } from '../../src/report/verification.js';

const good: Verification = {
  packageOrigin: 'update.zip',
  packageBytes: 1234,
  profile: 'strict',
  permissions: 'set_perm',
  verdict: 'proved',
  proved: true,
  status: 'succeeded',
  deviceCode: 0,
  comparedWith: 'target',
  compared: 1200,
  differenceCount: 0,
  differences: [],
  outside: [],
  statements: 40,
  system: { peak: 1_000_000, capacity: 2_000_000 },
  cache: { peak: 0, capacity: 115_000_000 },
  memoryPeak: 5_000_000,
  progress: [0, 10, 100],
  notes: ['something was assumed'],
};

test('unit: cuts inside of partition writes are told, and those that were left out', () => {
  const powerCuts = { points: 90, tried: 10, repeated: 2, secondCuts: 14, leftInWrites: 3, failed: 0, failures: [] };
  assert.match(
    verificationText({ ...good, powerCuts }).text,
    /with further cuts, 14 second cuts inside of partition writes \(3 cuts there not tried\): the device arrives every time/,
  );
});

test('unit: a proof, for people', () => {
  const { text, exitCode } = verificationText({
    ...good,
    powerCuts: { points: 90, tried: 10, repeated: 2, secondCuts: 0, leftInWrites: 0, failed: 0, failures: [] },
  });
  assert.equal(exitCode, 0);
  assert.equal(
    text,
    [
      'PROVED: update.zip on profile strict',
      'run: the script runs to its end, after 40 statements; the module reports 0',
      'compared with the target: 1,200 paths equal, nothing left over',
      'power cuts: 10 of 90 points, 2 of them with further cuts: the device arrives every time',
      '/system: at most 1.0 MB of 2.0 MB',
      '/cache: at most 0 B of 115.0 MB',
      'memory of the updater: at most 5.0 MB',
      'note: something was assumed',
      '',
    ].join('\n'),
  );
});

test('unit: what is not proved says why, and exits with 1', () => {
  const { text, exitCode } = verificationText({
    ...good,
    verdict: 'not-proved',
    proved: false,
    differenceCount: 3,
    differences: [{ path: '/system/a', what: 'mode', found: '0644', expected: '0755' }],
    progressFault: 'the progress passes 100: 110.00',
    powerCuts: {
      points: 9,
      tried: 9,
      repeated: 2,
      secondCuts: 0,
      leftInWrites: 0,
      failed: 2,
      failures: [
        {
          cut: 4,
          effect: 'in the middle of a write of /system/a',
          place: { line: 7, column: 1 },
          repeated: true,
          attempts: 5,
          status: 'aborted',
          message: 'check',
          differences: [],
        },
      ],
    },
  });
  assert.equal(exitCode, 1);
  for (const line of [
    'NOT PROVED: update.zip on profile strict',
    'compared with the target: 3 differences in 1,200 paths',
    '  /system/a has the wrong mode',
    '    found:    0644',
    '  and 2 more',
    'power cuts: 9 of 9 points, 2 of them with further cuts: the device does not arrive from 2',
    '  cut 4, in the middle of a write of /system/a, script line 7, and again while it was repeated:',
    '    after 5 starts: the script aborts',
    '    check',
    '  and 1 more',
    'warning: the progress passes 100: 110.00',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n--- in ---\n${text}`);
  }
});

test('unit: a run that fails names its place in the script', () => {
  const { text } = verificationText({
    ...good,
    proved: false,
    status: 'aborted',
    deviceCode: 510,
    message: 'assert failed',
    place: { line: 3, column: 2 },
  });
  assert.match(
    text,
    /run: the script aborts, after 40 statements; the module reports 510\n {2}script:3:2: assert failed\n/,
  );
  assert.doesNotMatch(text, /compared/);
});

test('unit: without a target, the changes', () => {
  const { text, exitCode } = verificationText({
    ...good,
    verdict: 'runs',
    proved: false,
    comparedWith: 'nothing',
    differenceCount: 3,
    differences: [
      { path: '/system/a', what: 'absent', expected: 'file' },
      { path: '/system/b', what: 'extra', found: 'link' },
      { path: '/system/c', what: 'mode', found: '0755', expected: '0644' },
    ],
  });
  assert.match(
    text,
    /^RUNS: update.zip on profile strict; whether that is right can be told with --target\n[\s\S]*changes to the source: 3 .*\n {2}- \/system\/a \(was a file\)\n {2}\+ \/system\/b \(a link\)\n {2}~ \/system\/c: mode 0644 -> 0755\n/,
  );
  assert.equal(exitCode, 0);
});

test('unit: what lies outside is told with its place, and nothing is proved', () => {
  const { text, exitCode } = verificationText({
    ...good,
    verdict: 'not-proved',
    proved: false,
    outside: [
      {
        what: 'partition',
        subject: 'sbl',
        message: 'writes 5 bytes to sbl, for which the target has no image',
        place: { line: 2, column: 1 },
      },
    ],
  });
  assert.equal(exitCode, 1);
  assert.match(
    text,
    /outside of what the target describes, so that nothing is proved:\n {2}script:2:1: writes 5 bytes to sbl, for which the target has no image\n/,
  );
});

test('unit: the replay has the phases as the module reports them', () => {
  assert.deepEqual(replayLines(good), [
    '+QIND: "FOTA","START"',
    '+QIND: "FOTA","UPDATING",0',
    '+QIND: "FOTA","UPDATING",10',
    '+QIND: "FOTA","UPDATING",100',
    '+QIND: "FOTA","END",0',
  ]);
  assert.deepEqual(replayLines({ ...good, status: 'refused', deviceCode: 505 }), ['+QIND: "FOTA","END",505']);
  assert.ok(verificationText(good, { replay: true }).text.startsWith('+QIND: "FOTA","START"\n'));
  assert.ok(verificationText({ ...good, trace: ['     1: f()'] }).text.startsWith('     1: f()\n'));
});

test('unit: JSON holds everything', () => {
  const { text, exitCode } = verificationJson({ ...good, verdict: 'not-proved', proved: false });
  assert.deepEqual(JSON.parse(text), {
    format: 'dfota-verification',
    version: 1,
    ...good,
    verdict: 'not-proved',
    proved: false,
  });
  assert.equal(exitCode, 1);
});
