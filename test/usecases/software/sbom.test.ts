/** The list of packages: against the published schema of CycloneDX, against dpkg itself, and for builds that are odd. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { dfota } from '../../../src/cli/dfota.js';
import { run } from '../../../src/cli/run.js';
import { tool } from '../../support/keys.js';
import { dpkgNodes, opkgNodes, type PackageSpec } from '../../support/package-database.js';
import { file, link, type NodeSpec, writeTargetFiles } from '../../support/targetfiles.js';
import { testTerminal } from '../../support/terminal.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('sbom');
const at = (name: string): string => join(work, name);

const schemas = join(
  dirname(createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')),
  'res/schema',
);
/** The published schema, under the name by which the others refer to it. */
function schema(name: string): object {
  const text = readFileSync(join(schemas, `${name}.SNAPSHOT.schema.json`), 'utf8');
  return { ...JSON.parse(text), $id: `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json` };
}
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  schemas: [schema('spdx'), schema('jsf-0.82')],
  formats: {
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
    'idn-email': /^[^\s@]+@[^\s@]+$/,
    'iri-reference': /^\S*$/,
  },
});
const cycloneDx = ajv.compile<Bom>(schema('bom-1.6'));

interface Component {
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly { readonly license: { readonly name: string } }[];
  readonly components?: readonly Component[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

interface Bom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string };
  readonly components: readonly Component[];
  readonly properties: Component['properties'];
}

function build(name: string, revision: string, nodes: Readonly<Record<string, NodeSpec>>): string {
  copyFileSync(writeTargetFiles(at(`${name}-files`), { nodes, revision }), at(`${name}.zip`));
  return at(`${name}.zip`);
}

async function generate(
  source: string,
  target: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const { terminal, stdout, stderr } = testTerminal({ environment });
  const all = ['generate', source, target, '--starter-lists', '--no-cache', '--verify', 'off', '--effort', 'fast'];
  const code = await run(dfota('0.0.0'), [...all, '--output', at('update.zip'), ...words], terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

/** Holds a list against the schema. */
function readBom(path: string): Bom {
  const bom: unknown = JSON.parse(readFileSync(path, 'utf8'));
  assert.ok(cycloneDx(bom), ajv.errorsText(cycloneDx.errors));
  return bom;
}

const values = ({ properties }: Pick<Component, 'properties'>, name: string): readonly string[] =>
  properties.filter((property) => property.name === `dfota:${name}`).map(({ value }) => value);

const before: readonly PackageSpec[] = [
  { name: 'busybox', version: '1.36.1-1', license: 'GPL-2.0', files: { 'bin/busybox': 'one', 'etc/busybox': 'c' } },
  { name: 'dnsmasq', version: '2.80-1', files: { 'usr/sbin/dnsmasq': 'dns' } },
  { name: 'gone', version: '1', files: { 'usr/bin/gone': 'gone' } },
  { name: 'same', version: '3+git0-r1', files: { 'usr/bin/same': 'same' } },
];
const after: readonly PackageSpec[] = [
  { name: 'busybox', version: '1.36.1-1', license: 'GPL-2.0', files: { 'bin/busybox': 'two', 'etc/busybox': 'c' } },
  { name: 'dnsmasq', version: '1:2.90+b1-1', files: { 'usr/sbin/dnsmasq': 'dns 2', 'usr/share/d n s': '' } },
  { name: 'fresh', version: '0.1~rc1', license: 'MIT & BSD-3-Clause', files: { 'usr/bin/fresh': 'fresh' } },
  { name: 'same', version: '3+git0-r1', files: { 'usr/bin/same': 'same' } },
];
const loose = { 'SYSTEM/opt/loose': file('loose'), 'SYSTEM/opt/old': file('old') };

test('end-to-end: opkg: what was added, removed, of another version, changed silently, and files of no package', async () => {
  const v1 = build('v1', 'A01', { ...opkgNodes(before), ...loose });
  const nodes = { ...opkgNodes(after), 'SYSTEM/opt/loose': file('other'), 'SYSTEM/opt/link': link('loose') };
  const v2 = build('v2', 'A02', nodes);
  const made = await generate(v1, v2, ['--sbom', at('sbom.json'), '--json']);
  assert.equal(made.code, 0, made.stderr);
  const bom = readBom(at('sbom.json'));
  assert.ok(!cycloneDx({ ...bom, packages: [] }) && !cycloneDx({ ...bom, serialNumber: 'urn:uuid:1' }));
  assert.equal(bom.metadata.timestamp, undefined);
  const packages = bom.components.filter(({ type }) => type === 'application');
  assert.deepEqual(
    packages.map(({ purl, ...one }) => [purl, values(one, 'change')[0], values(one, 'previous-version')[0]]),
    [
      ['pkg:generic/opkg/busybox@1.36.1-1?arch=arm_cortex-a7', 'files', '1.36.1-1'],
      ['pkg:generic/opkg/dnsmasq@1:2.90%2Bb1-1?arch=arm_cortex-a7', 'version', '2.80-1'],
      ['pkg:generic/opkg/fresh@0.1~rc1?arch=arm_cortex-a7', 'added', undefined],
    ],
  );
  assert.deepEqual(values(bom, 'removed-package'), ['pkg:generic/opkg/gone@1?arch=arm_cortex-a7']);
  assert.deepEqual(values(bom, 'unchanged-packages'), ['1']);
  assert.deepEqual(
    packages.map(({ licenses }) => licenses?.[0]?.license.name),
    ['GPL-2.0', undefined, 'MIT & BSD-3-Clause'],
  );
  const [busybox] = packages;
  assert.deepEqual(
    busybox?.components?.map(({ name, hashes }) => [name, hashes?.map(({ alg }) => alg)]),
    [['SYSTEM/bin/busybox', ['SHA-1', 'SHA-256']]],
  );
  assert.equal(
    busybox?.components?.[0]?.hashes?.[1]?.content,
    '3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3',
  );
  const files = bom.components.filter(({ type }) => type === 'file');
  const ofNobody = files.map((one) => [one.name, values(one, 'change')[0]]);
  for (const expected of [
    ['SYSTEM/opt/link', 'added'],
    ['SYSTEM/opt/loose', 'changed'],
  ]) {
    assert.ok(
      ofNobody.some((found) => found.join() === expected.join()),
      JSON.stringify(ofNobody),
    );
  }
  assert.ok(!files.some(({ name }) => name.includes('opkg')), 'files of the database are not told');
  assert.ok(values(bom, 'removed-file').includes('SYSTEM/opt/old'));
  const { software, findings } = JSON.parse(made.stdout);
  assert.deepEqual(
    { ...software, filesOfNoPackage: undefined },
    { added: 1, removed: 1, versions: 1, sameVersion: 1, unchanged: 1, filesOfNoPackage: undefined },
  );
  const [silent] = findings.filter(({ code }: { code: string }) => code === 'package-files-changed');
  assert.match(silent.found, /^busybox 1\.36\.1-1: SYSTEM\/bin\/busybox$/);

  // The same again, with another date, folder and number of workers.
  mkdirSync(at('elsewhere'));
  const again = await generate(v1, v2, ['--sbom', at('elsewhere/again.json'), '--jobs', '1']);
  assert.equal(again.code, 0, again.stderr);
  assert.match(
    again.stdout,
    /^ {2}packages 1 of another version, 1 added, 1 removed, 1 changed without a new version, 1 unchanged/m,
  );
  assert.deepEqual(readFileSync(at('elsewhere/again.json')), readFileSync(at('sbom.json')));
  const dated = await generate(v1, v2, ['--sbom', at('dated.json')], { SOURCE_DATE_EPOCH: '0' });
  assert.equal(dated.code, 0, dated.stderr);
  const later = readBom(at('dated.json'));
  assert.equal(later.metadata.timestamp, '1970-01-01T00:00:00Z');
  assert.notEqual(later.serialNumber, bom.serialNumber);
});

test('end-to-end: dpkg: through linked folders, by the distribution, with MD5 of the package', async () => {
  const release = {
    'SYSTEM/usr/lib/os-release': file('ID=debian\nVERSION_ID="12"\n'),
    'SYSTEM/etc/os-release': link('../usr/lib/os-release'),
  };
  const one: PackageSpec = { name: 'libc6', version: '2.36-9', files: { 'lib/libc.so': 'c', 'lib/libm.so': 'm' } };
  const nodesOf = (
    specs: readonly PackageSpec[],
    content: Readonly<Record<string, string>>,
  ): Record<string, NodeSpec> => {
    const nodes = dpkgNodes(specs);
    // /lib is a link to /usr/lib, as in a merged system, while the database says /lib.
    for (const path of Object.keys(nodes)) if (path.startsWith('SYSTEM/lib/')) delete nodes[path];
    for (const [name, text] of Object.entries(content)) nodes[`SYSTEM/usr/lib/${name}`] = file(text);
    return { ...nodes, ...release, 'SYSTEM/lib': link('usr/lib') };
  };
  const v1 = build('d1', 'A01', nodesOf([one], { 'libc.so': 'c', 'libm.so': 'm' }));
  const rebuilt = { ...one, files: { 'lib/libc.so': 'c2', 'lib/libm.so': 'm' } };
  const v2 = build('d2', 'A02', nodesOf([rebuilt], { 'libc.so': 'c2', 'libm.so': 'by hand' }));
  const made = await generate(v1, v2, ['--sbom', at('dpkg.json')]);
  assert.equal(made.code, 0, made.stderr);
  const [libc] = readBom(at('dpkg.json')).components;
  assert.equal(libc?.purl, 'pkg:deb/debian/libc6@2.36-9?arch=arm64&distro=debian-12');
  assert.deepEqual(
    libc?.components?.map((each) => [each.name, values(each, 'package-md5')[0]]),
    [
      ['SYSTEM/usr/lib/libc.so', 'same'],
      ['SYSTEM/usr/lib/libm.so', 'differs'],
    ],
  );
});

test('integration: without a database, or with another part, it says so and writes no list; a broken one ends the run', async () => {
  const bare = build('bare1', 'A01', loose);
  const other = build('bare2', 'A02', { 'SYSTEM/opt/loose': file('x') });
  const v1 = at('v1.zip');
  const none = await generate(bare, other, ['--sbom', at('none.json')]);
  assert.equal(none.code, 0, none.stderr);
  assert.match(none.stderr, /bare2\.zip: the list of packages is not written: neither build has a package database/);
  assert.ok(!existsSync(at('none.json')));
  const modem = await generate(v1, at('v2.zip'), ['--sbom', at('none.json'), '--parts', 'o']);
  assert.match(modem.stderr, /the root file system is not among the parts/);
  assert.ok(!existsSync(at('none.json')));

  const half = await generate(bare, at('v2.zip'), ['--sbom', at('half.json')]);
  assert.match(half.stderr, /bare1\.zip: this build has no package database, the other one has/);
  assert.equal(
    readBom(at('half.json')).components.filter((one) => values(one, 'change')[0] === 'added' && one.purl).length,
    4,
  );

  const nodes = opkgNodes(after);
  const broken = build('broken', 'A02', { ...nodes, 'SYSTEM/usr/lib/opkg/status': file('Package: a\nrubbish\n') });
  const refused = await generate(v1, broken, ['--sbom', at('broken.json')]);
  assert.equal(refused.code, 3);
  assert.match(
    refused.stderr,
    /broken\.zip\(SYSTEM\/usr\/lib\/opkg\/status\): the package database .*\n {2}found: {4}line 2: not of the form/,
  );
  assert.ok(!existsSync(at('broken.json')));
  const twice = build('twice', 'A02', {
    ...nodes,
    'SYSTEM/usr/lib/opkg/status': file('Package: a\nVersion: 1\n\nPackage: a\nVersion: 2\n'),
  });
  assert.match((await generate(v1, twice, ['--sbom', at('twice.json')])).stderr, /the package a stands in it twice/);

  const unlisted = build(
    'unlisted',
    'A02',
    opkgNodes(after.map((one) => ({ ...one, unlisted: one.name === 'busybox' }))),
  );
  const told = await generate(v1, unlisted, ['--sbom', at('unlisted.json'), '--json']);
  const codes = JSON.parse(told.stdout).findings.map(({ code }: { code: string }) => code);
  assert.ok(codes.includes('package-files-unknown'));
  readBom(at('unlisted.json'));

  const several = await generate(v1, at('v2.zip'), ['--sbom', at('x.json'), '--from', v1]);
  assert.equal(several.code, 2);
});

test('end-to-end: a release holds the list where there is a database, and is made without one where it is broken', async () => {
  const release = async (target: string, output: string) => {
    const { terminal, stderr } = testTerminal();
    const words = [
      'release',
      at('v1.zip'),
      target,
      '--starter-lists',
      '--no-cache',
      '--verify',
      'off',
      '--effort',
      'fast',
    ];
    const code = await run(dfota('0.0.0'), [...words, '--output', output], terminal);
    return { code, stderr: stderr() };
  };
  const whole = await release(at('v2.zip'), at('bundle'));
  assert.equal(whole.code, 0, whole.stderr);
  assert.ok(readBom(at('bundle/sbom.cdx.json')).components.length > 3);
  assert.match(readFileSync(at('bundle/md5.txt'), 'utf8'), /\*sbom\.cdx\.json$/m);
  const broken = await release(at('broken.zip'), at('bundle-broken'));
  assert.equal(broken.code, 0, broken.stderr);
  assert.match(broken.stderr, /warning: .*the package database of the build cannot be read/);
  assert.ok(!existsSync(at('bundle-broken/sbom.cdx.json')));
});

test('end-to-end: a database that dpkg itself wrote holds the packages that dpkg tells', {
  skip: without('dpkg', 'dpkg-deb', 'dpkg-query'),
}, async () => {
  const root = at('root');
  for (const [name, version] of [
    ['first', '1:1.0-1'],
    ['second', '2.0+b1'],
    ['third', '3'],
  ]) {
    const folder = at(`deb-${name}`);
    mkdirSync(join(folder, 'DEBIAN'), { recursive: true });
    mkdirSync(join(folder, 'usr/share/x y'), { recursive: true });
    writeFileSync(
      join(folder, 'DEBIAN/control'),
      `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: A <a@example.test>\nDescription: one\n more\n`,
    );
    writeFileSync(join(folder, `usr/share/x y/${name}`), `${name}`);
    tool('dpkg-deb', ['--root-owner-group', '--build', folder, at(`${name}.deb`)]);
  }
  mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
  const install = (...words: readonly string[]): void => {
    tool('dpkg', [
      `--root=${root}`,
      '--force-not-root',
      '--force-script-chrootless',
      `--log=${at('dpkg.log')}`,
      ...words,
    ]);
  };
  install('--install', at('first.deb'), at('second.deb'), at('third.deb'));
  install('--remove', 'third');
  const nodes: Record<string, NodeSpec> = {};
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, name);
    if (lstatSync(path).isFile()) nodes[`SYSTEM/${name}`] = file(readFileSync(path));
  }
  const target = build('dpkg', 'A02', nodes);
  const made = await generate(at('bare1.zip'), target, ['--sbom', at('real.json')]);
  assert.equal(made.code, 0, made.stderr);
  const packages = readBom(at('real.json')).components.filter(({ purl }) => purl !== undefined);
  const told = tool('dpkg-query', [
    `--admindir=${root}/var/lib/dpkg`,
    '--show',
    `--showformat=${['db:Status-Status', 'Package', 'Version'].map((name) => `\${${name}}`).join(' ')}\n`,
  ]);
  assert.deepEqual(
    packages.map(({ name, version }) => `installed ${name} ${version}`),
    told
      .toString()
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .sort(),
  );
  assert.deepEqual(
    packages.map(({ components }) => components?.map(({ name }) => name)),
    [['SYSTEM/usr/share/x y/first'], ['SYSTEM/usr/share/x y/second']],
  );
});
