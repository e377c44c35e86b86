import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareFile } from '../../../../src/audit/compare/compare-file.js';
import { bytesOf, factOf } from '../../support.js';

test('unit: a script is shown as a unified diff with a little context', () => {
  const before = '#!/bin/sh\na\nb\nc\nd\ne\nf\nold\ng\n';
  const inner = compareFile('SYSTEM/etc/init.d/app', bytesOf(before), bytesOf(before.replace('old', 'new')));
  assert.equal(inner.summary, 'text, init script');
  assert.deepEqual(
    inner.diff?.map((line) => `${line.sign}${line.text}`),
    ['gapline 6', ' e', ' f', '-old', '+new', ' g'],
  );
});

test('unit: settings are compared by key, sections and repeats included', () => {
  const before = '[Service]\nExecStart=/bin/a\nExecStartPre=/bin/x\nUser=app\n';
  const after = '[Service]\n# comment\nUser=root\nExecStart=/bin/a\nExecStartPre=/bin/x\nExecStartPre=/bin/y\n';
  const inner = compareFile('SYSTEM/lib/systemd/system/a.service', bytesOf(before), bytesOf(after));
  assert.equal(inner.summary, 'text, systemd unit');
  assert.deepEqual(inner.facts, [
    { label: '[Service] User', before: 'app', after: 'root' },
    { label: '[Service] ExecStartPre', before: '/bin/x', after: '/bin/x | /bin/y' },
  ]);
});

test('unit: fstab is compared by mount point and column', () => {
  const inner = compareFile(
    'RECOVERY/recovery.fstab',
    bytesOf('/system ubifs system\n'),
    bytesOf('/system squashfs system\n'),
  );
  assert.ok((inner.facts ?? []).length > 0, JSON.stringify(inner));
});

test('unit: passwd and shadow tell what changed, never the secrets', () => {
  const hash = '$6$salt$abcdefghijklmnopqrstuvwxyz';
  const passwd = compareFile(
    'SYSTEM/etc/passwd',
    bytesOf('root:x:0:0:root:/root:/bin/sh\n'),
    bytesOf('root:x:0:0:root:/root:/bin/bash\nadm:x:0:0::/:/bin/sh\n'),
  );
  assert.equal(factOf(passwd, 'root: shell')?.after, '/bin/bash');
  assert.equal(factOf(passwd, 'user accounts: adm')?.grade, 'regression');
  const shadow = compareFile(
    'SYSTEM/etc/shadow',
    bytesOf('root:!:1::::::\ndaemon:*:1::::::\n'),
    bytesOf(`root:${hash}:1::::::\ndaemon::1::::::\n`),
  );
  assert.equal(factOf(shadow, 'root: password')?.grade, 'regression');
  assert.equal(factOf(shadow, 'daemon: password')?.after, 'empty: no password is asked for');
  assert.ok(!JSON.stringify(shadow).includes('abcdef'));
  const twice = compareFile(
    'SYSTEM/etc/shadow',
    bytesOf('a:SECRETONE:1:\na:SECRETTWO:1:\n'),
    bytesOf('a:SECRETTHREE:1:\na:SECRETTWO:1:\n'),
  );
  assert.ok(!/SECRET/.test(JSON.stringify(twice)), JSON.stringify(twice));
});

const secrets: readonly (readonly [string, string])[] = [
  ['SYSTEM/etc/app.conf', 'password = "HUSH"\n'],
  ['SYSTEM/etc/app.conf', 'wifi_psk: HUSH\n'],
  ['SYSTEM/etc/wpa_supplicant.conf', 'network={\n  psk="HUSH"\n}\n'],
  ['SYSTEM/etc/app.json', '{"apiKey": "HUSH", "a": 1}\n'],
  ['SYSTEM/etc/app.sh', 'export AUTH_TOKEN=HUSH\n'],
  ['SYSTEM/etc/app.url', 'fetch https://user:HUSH@host/x\n'],
  ['SYSTEM/etc/key.pem', '-----BEGIN RSA PRIVATE KEY-----\nHUSH\nHUSH\n-----END RSA PRIVATE KEY-----\n'],
  ['SYSTEM/etc/hash.txt', 'x $6$abcdefgh$HUSHHUSHHUSH y\n'],
  ['SYSTEM/usr/lib/app.py', 'password = "HUSH"\n'],
];
for (const [name, text] of secrets) {
  test(`unit: a secret in ${name} is masked: ${text.split('\n')[0]}`, () => {
    for (const sides of [
      [bytesOf(text), bytesOf(text.replaceAll('HUSH', 'HUSH2').replace('\n', '\n# x\n'))],
      [undefined, bytesOf(text)],
    ] as const) {
      const inner = JSON.stringify(compareFile(name, sides[0], sides[1]));
      assert.ok(!inner.includes('HUSH'), inner);
      assert.ok(inner.includes('[masked]'), inner);
    }
  });
}

test('unit: long lines, hostile bytes and huge texts stay bounded', () => {
  const long = compareFile('SYSTEM/a.txt', bytesOf('a\n'), bytesOf(`${'x'.repeat(100_000)}\n`));
  assert.ok(JSON.stringify(long).length < 2000);
  const odd = compareFile('SYSTEM/a.txt', bytesOf('a\n'), bytesOf('\x1b[31mred\xff\n'));
  assert.ok(
    odd.diff?.some((line) => line.text === '\\x1b[31mred\\xff'),
    JSON.stringify(odd),
  );
  const huge = compareFile('SYSTEM/a.txt', bytesOf('a\n'), bytesOf('abcdefgh\n'.repeat(1_200_000)));
  assert.match(huge.notes?.[0] ?? '', /too long to compare/);
});

test('unit: lines made to stall the masking are shown in no time', () => {
  const started = performance.now();
  for (const part of ['x', 'token', 'a.', '-----BEGIN ', '://a:', '$6$', 'password=']) {
    compareFile('SYSTEM/a.conf', bytesOf('a\n'), bytesOf(`${part.repeat(100_000)}\n`.repeat(5)));
  }
  assert.ok(performance.now() - started < 2000);
});

test('unit: line ends that change are told, because a diff does not show them', () => {
  const inner = compareFile('SYSTEM/etc/init.d/x', bytesOf('#!/bin/sh\n'), bytesOf('#!/bin/sh\r\n'));
  assert.equal(factOf(inner, 'line ends')?.after, 'with carriage returns');
});
