import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { hasOffenders } from '../../../src/audit/policy/apply.js';
import { parsePolicy } from '../../../src/audit/policy/parse.js';
import { compilePattern } from '../../../src/input/lists/pattern.js';
import type { PolicyFinding } from '../../../src/model/audit.js';
import { InputError } from '../../../src/model/errors.js';
import { displayName } from '../../../src/model/path.js';
import { workFolder } from '../../support/work-folder.js';
import { auditPair } from '../pair.js';

const schemaFile = fileURLToPath(new URL('../../../../docs/schemas/policy.schema.json', import.meta.url));
const matchesSchema = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')),
);

const whole = `# what a release must keep to
schema: 1
version: must-rise
budgets:
  package: 10 B
  parts:
    l: 1 GB
  under:
    - path: SYSTEM/etc
      package: 1 MiB
paths:
  forbidden:
    - "SYSTEM/**/*.key"
    - SYSTEM/etc/inetd.conf
  required:
    - SYSTEM/bin/app
    - SYSTEM/bin/watchdog
set-id:
  allowed: [SYSTEM/bin/su]
security:
  fail: [private-key, telnet-or-adb, world-writable]
waivers:
  - rule: path-forbidden
    path: SYSTEM/etc/ssl
    reason: keys are replaced at the factory
    until: 2026-11-21
  - rule: security
    about: world-writable
    path: SYSTEM/data
    reason: wiped at start
    until: 2026-11-20
  - rule: security
    about: telnet-or-adb
    reason: lab build
  - rule: budget
    about: part l
    reason: never needed
`;

// made before any test: the folder goes away when the first round of tests is done
const folder = workFolder('policy');
const file = join(folder, 'policy.yaml');
writeFileSync(file, whole);
const audit = await auditPair(folder, { policyFile: file });

const parseText = (text: string) => parsePolicy(text, 'policy.yaml', compilePattern);

function faultsOf(text: string): readonly string[] {
  try {
    parseText(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.faults.map(({ place, message }) => `${place?.line}:${place?.column} ${message}`);
  }
}

test('unit: a policy parses, and the schema agrees', () => {
  const policy = parseText(whole);
  assert.deepEqual(
    policy.budgets.map(({ limit, line }) => [limit, line]),
    [
      [10, 5],
      [1_000_000_000, 7],
      [1_048_576, 9],
    ],
  );
  assert.equal(policy.versionMustRise, 3);
  assert.ok(matchesSchema(parse(whole)), JSON.stringify(matchesSchema.errors));
});

const broken: readonly { readonly text: string; readonly fault: RegExp; readonly schemaToo: boolean }[] = [
  { text: 'schema: 2\n', fault: /^1:9 .*form that is not known/, schemaToo: true },
  { text: 'version: must-rise\n', fault: /^1:1 .*does not say which form/, schemaToo: true },
  { text: 'schema: 1\nbudget: {}\n', fault: /^2:1 .*no field of this name/, schemaToo: true },
  { text: 'schema: 1\nversion: up\n', fault: /^2:10 version is not a known word/, schemaToo: true },
  { text: 'schema: 1\nbudgets:\n  package: lots\n', fault: /^3:12 .*not a size/, schemaToo: true },
  { text: 'schema: 1\nbudgets:\n  package: -1\n', fault: /^3:12 .*not a size/, schemaToo: true },
  {
    text: 'schema: 1\nbudgets:\n  under:\n    - path: SYSTEM\n',
    fault: /^4:7 .*lacks its path or its size/,
    schemaToo: true,
  },
  { text: 'schema: 1\npaths:\n  forbidden: SYSTEM\n', fault: /^3:14 .*not a list/, schemaToo: true },
  { text: 'schema: 1\npaths:\n  required: [/etc]\n', fault: /^3:14 .*not a path of the build/, schemaToo: true },
  { text: 'schema: 1\npaths:\n  forbidden: ["a[b"]\n', fault: /^3:15 .*not a pattern/, schemaToo: false },
  { text: 'schema: 1\nsecurity:\n  fail: [everything]\n', fault: /^3:10 .*not a known word/, schemaToo: true },
  { text: 'schema: 1\nwaivers:\n  - rule: budget\n', fault: /^3:5 .*lacks its rule or its reason/, schemaToo: true },
  {
    text: 'schema: 1\nwaivers:\n  - {rule: budget, reason: x, until: 2026-02-30}\n',
    fault: /^3:38 .*not a date/,
    schemaToo: false,
  },
  { text: 'schema: 1\nschema: 1\n', fault: /^2:1 .*not YAML/, schemaToo: false },
  { text: 'schema: [1\n', fault: /^2:1 .*not YAML/, schemaToo: false },
  { text: 'schema: 1\npaths: &a {forbidden: *a}\n', fault: /not a list/, schemaToo: false },
  { text: '', fault: /^undefined:undefined the policy is empty/, schemaToo: false },
];
for (const { text, fault, schemaToo } of broken) {
  test(`unit: refused with its place: ${JSON.stringify(text)}`, () => {
    assert.match(faultsOf(text)[0] ?? 'no fault', fault);
    if (schemaToo) assert.equal(matchesSchema(parse(text)), false);
  });
}

test('unit: all faults are told at once', () => {
  assert.equal(faultsOf('schema: 3\nversion: 1\nfoo: 1\nset-id: []\n').length, 4);
});

const show = ({ rule, about, path, waiver }: PolicyFinding): string =>
  [rule, about, path && displayName(path), waiver && `line ${waiver.line}`]
    .filter((word) => word !== undefined)
    .join(' ');
const standing = (wanted: PolicyFinding['standing']): readonly string[] =>
  (audit.policy?.findings ?? []).filter((finding) => finding.standing === wanted).map(show);

test('integration: offenders, what is waived, and waivers that are over or not needed', () => {
  assert.deepEqual(standing('offender'), [
    'path-forbidden SYSTEM/etc/inetd.conf',
    'path-required SYSTEM/bin/watchdog',
    'set-id-not-allowed SYSTEM/bin/app',
    'security world-writable SYSTEM/bin/APP',
    'security world-writable SYSTEM/data',
    'security private-key SYSTEM/etc/ssl/device.key',
  ]);
  assert.deepEqual(standing('waived'), [
    'path-forbidden SYSTEM/etc/ssl/device.key line 23',
    'security telnet-or-adb SYSTEM/build.prop line 32',
    'security telnet-or-adb SYSTEM/build.prop line 32',
    'security telnet-or-adb SYSTEM/etc/init.d/net line 32',
    'security telnet-or-adb SYSTEM/etc/rc5.d/S50adbd line 32',
  ]);
  assert.deepEqual(standing('information'), ['budget package', 'waiver-expired', 'waiver-unused']);
  assert.equal(hasOffenders(audit.policy), true);
});

test('integration: a budget is held against exact sizes only', async () => {
  const exact = { dialect: 'assert', encoding: { effort: 'fast', jobs: 1 } } as const;
  const { policy } = await auditPair(folder, { policyFile: file, exact });
  assert.ok(
    policy?.findings.some(
      ({ rule, about, standing: how }) => rule === 'budget' && about === 'package' && how === 'offender',
    ),
  );
});

test('integration: the version must rise', async () => {
  const other = join(folder, 'rise.yaml');
  writeFileSync(other, 'schema: 1\nversion: must-rise\n');
  assert.equal(hasOffenders((await auditPair(folder, { policyFile: other })).policy), false);
});

test('integration: a policy that cannot be read is an input error', async () => {
  await assert.rejects(auditPair(folder, { policyFile: join(folder, 'nowhere.yaml') }), InputError);
});
