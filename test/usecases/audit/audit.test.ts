import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecurityRule } from '../../../src/model/audit.js';
import { displayName, fromText } from '../../../src/model/path.js';
import { auditPair, hostileName } from '../../audit/pair.js';
import { workFolder } from '../../support/work-folder.js';

const audit = await auditPair(workFolder('audit'));

function found(rule: SecurityRule): readonly string[] {
  return audit.security
    .filter((finding) => finding.rule === rule)
    .map(({ path, standing }) => `${standing} ${displayName(path)}`);
}

test('integration: every security rule finds what the pair holds for it, and nothing else', () => {
  assert.deepEqual(found('set-id-new'), ['new SYSTEM/bin/app']);
  assert.deepEqual(found('set-id-lost'), ['new SYSTEM/bin/ping']);
  assert.deepEqual(found('set-id-present'), ['present SYSTEM/bin/su']);
  assert.deepEqual(found('world-writable'), ['new SYSTEM/bin/APP', 'new SYSTEM/data']);
  assert.deepEqual(found('owner-not-root'), ['new SYSTEM/bin/app']);
  assert.deepEqual(found('private-key'), ['new SYSTEM/etc/ssl/device.key']);
  assert.deepEqual(found('root-certificate-new'), ['new SYSTEM/etc/ssl/bundle.pem']);
  assert.deepEqual(found('certificate-expired'), ['present SYSTEM/etc/ssl/bundle.pem']);
  assert.deepEqual(found('listening-service'), [
    'new SYSTEM/etc/inetd.conf',
    'new SYSTEM/etc/init.d/net',
    'new SYSTEM/etc/systemd/system/web.socket',
  ]);
  assert.deepEqual(found('telnet-or-adb'), [
    'new SYSTEM/build.prop',
    'new SYSTEM/build.prop',
    'new SYSTEM/etc/init.d/net',
    'new SYSTEM/etc/rc5.d/S50adbd',
  ]);
  assert.deepEqual(found('link-leaves-tree'), ['new SYSTEM/etc/out']);
  assert.deepEqual(found('link-dangling'), ['new SYSTEM/etc/link']);
  assert.deepEqual(found('names-differ-by-case'), ['new SYSTEM/bin/APP']);
  assert.deepEqual(found('account'), ['new SYSTEM/etc/passwd', 'new SYSTEM/etc/shadow']);
});

test('integration: rows are the plan, one for each path, and sums are those of the rows', () => {
  const paths = audit.rows.map((row) => row.path);
  assert.deepEqual(paths, [...new Set(paths)].sort());
  const { byChange, byPart, byMethod, cost } = audit.totals;
  for (const counts of [byChange, byPart, byMethod]) {
    const values = Object.values(counts);
    assert.equal(
      values.reduce((sum, count) => sum + count.paths, 0),
      audit.rows.length,
    );
    assert.equal(
      values.reduce((sum, count) => sum + count.cost, 0),
      cost,
    );
  }
  assert.equal(
    cost,
    audit.rows.reduce((sum, row) => sum + row.cost, 0),
  );
  assert.equal(byChange.removed.paths, audit.rows.filter((row) => row.after === undefined).length);
  assert.equal(audit.totals.largest[0], audit.rows.reduce((a, b) => (b.cost > a.cost ? b : a)).path);
});

test('integration: files are looked into, secrets stay out', () => {
  const row = audit.rows.find(({ path }) => path === 'SYSTEM/etc/app.conf');
  assert.deepEqual(row?.inner?.facts, [
    { label: 'mode', before: 'slow', after: 'fast' },
    { label: 'password', before: '[masked]', after: '[masked]' },
  ]);
  assert.ok(!JSON.stringify(audit).includes('HUSH'));
  assert.ok(!JSON.stringify(audit).includes('QUJDREVGR0hJSktMTU5P'));
  assert.ok(audit.rows.some(({ path }) => path === hostileName));
});

test('integration: a renamed file is compared with what it was', () => {
  const row = audit.rows.find(({ path }) => path === 'SYSTEM/lib/libx-1.1.so');
  assert.equal(row?.inner?.notes?.[0], 'compared with SYSTEM/lib/libx-1.0.so of the source');
  assert.deepEqual(
    row?.inner?.diff?.filter(({ sign }) => sign === '+' || sign === '-').map(({ sign, text }) => sign + text),
    ['-old', '+new'],
  );
});

test('integration: without an encoder nothing is exact, and costs are at most the file', () => {
  assert.equal(audit.exact, false);
  assert.ok(audit.estimate !== undefined && audit.estimate.bytes > audit.totals.cost);
  assert.ok(audit.totals.cost <= audit.estimate.atMost);
  for (const row of audit.rows) assert.ok(row.cost <= (row.after?.size ?? 0), displayName(row.path));
  assert.equal(audit.relation, 'upgrade');
});

test('integration: the same builds give the same audit', async () => {
  assert.deepEqual(await auditPair(workFolder('audit-again')), audit);
});

test('integration: the pair holds a name in bytes that are no text', () => {
  assert.notEqual(fromText(displayName(hostileName)), hostileName);
});
