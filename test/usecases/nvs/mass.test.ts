/** A batch: one image for each device, the same as nvs make writes, resumed where it ended, and refused before anything is written. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../../src/cli/dfota.js';
import { run } from '../../../src/cli/run.js';
import { nvsMass } from '../../../src/usecases/nvs/mass.js';
import { testTerminal } from '../../support/terminal.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('nvs-mass');
let files = 0;

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

function file(text: string): string {
  files += 1;
  const path = join(work, `${files}.csv`);
  writeFileSync(path, text);
  return path;
}

const config = file('mass_prod,namespace,\nproduct,data,string,REPEAT\nserial,data,string,UNIQUE\nlevel,data,u8\n');
const values = file('level,serial,product\n1,SN1,P\n2,SN2,\n3,"SN,3",\n');

function mass(output: string, given: { config?: string; values?: string; more?: readonly string[] } = {}) {
  const words = ['--config', given.config ?? config, '--values', given.values ?? values, '--output', output];
  return outcome('nvs', 'mass', ...words, '--size', '0x3000', '--json', ...(given.more ?? []));
}

test('integration: each device gets the image that nvs make writes of its values, and the manifest its digest', async () => {
  const output = join(work, 'batch');
  const { code, stdout, stderr } = await mass(output);
  assert.equal(code, 0, stderr);
  const { devices, made, kept } = JSON.parse(stdout);
  assert.deepEqual([devices, made, kept], [3, 3, 0]);
  const head = 'key,type,encoding,value\nmass_prod,namespace,,\nproduct,data,string,P\n';
  const manifest = JSON.parse(readFileSync(join(output, 'manifest.json'), 'utf8'));
  for (const [at, serial] of ['SN1', 'SN2', '"SN,3"'].entries()) {
    const alone = join(work, `alone-${at}.bin`);
    const table = file(`${head}serial,data,string,${serial}\nlevel,data,u8,${at + 1}\n`);
    assert.equal((await outcome('nvs', 'make', table, '--size', '0x3000', '--output', alone)).code, 0);
    const image = readFileSync(join(output, `bin/device-${at + 1}.bin`));
    assert.ok(image.equals(readFileSync(alone)), serial);
    const sha256 = createHash('sha256').update(image).digest('hex');
    assert.deepEqual(manifest.images[at], { id: `${at + 1}`, file: `bin/device-${at + 1}.bin`, line: at + 2, sha256 });
  }
});

test('integration: a batch that was stopped goes on: what is right is kept, what is not is made again', async () => {
  const rows = Array.from({ length: 40 }, (_, at) => `${at},SN${at},P\n`).join('');
  const request = {
    config,
    values: file(`level,serial,product\n${rows}`),
    output: join(work, 'stopped'),
    size: 0x3000,
    version: 2,
    fileId: 'serial',
    jobs: 2,
  } as const;
  const stop = new AbortController();
  const onProgress = ({ doneItems }: { readonly doneItems: number }): void => {
    if (doneItems === 10) stop.abort(new Error('stopped'));
  };
  await assert.rejects(nvsMass(request, { signal: stop.signal, onProgress }), /stopped/);
  const folder = join(request.output, 'bin');
  const there = readdirSync(folder);
  assert.ok(there.length >= 10 && there.length < 40, `${there.length} images`);
  assert.ok(there.every((name) => /^device-SN\d+\.bin$/.test(name) && statSync(join(folder, name)).size === 0x3000));
  assert.equal(existsSync(join(request.output, 'manifest.json')), false);
  const [first = '', second = ''] = there;
  writeFileSync(join(folder, first), readFileSync(join(folder, first)).subarray(0, 100));
  const time = statSync(join(folder, second)).mtimeMs;
  const made = await nvsMass(request);
  assert.deepEqual([made.kept, made.replaced, made.made], [there.length - 1, 1, 40 - there.length]);
  assert.equal(statSync(join(folder, second)).mtimeMs, time);
  assert.equal(JSON.parse(readFileSync(made.manifest, 'utf8')).images.length, 40);
  assert.equal(readdirSync(folder).length, 40);
});

const head = 'level,serial,product\n';
const faulty: readonly (readonly [title: string, values: string, code: string, line: number, column: number])[] = [
  ['a column that is no key', 'level,serial,product,color\n1,A,P,red\n', 'nvs-mass-column', 1, 22],
  ['a key without a column', 'level,product\n1,P\n', 'nvs-mass-column', 1, 1],
  ['a column twice', 'level,serial,product,level\n1,A,P,1\n', 'nvs-mass-column', 1, 22],
  ['a missing value', `${head}1,A,P\n,B,P\n`, 'nvs-mass-values', 3, 1],
  ['a row that is too short', `${head}1\n`, 'nvs-mass-values', 2, 1],
  ['nothing to repeat', `${head}1,A,\n`, 'nvs-mass-values', 2, 5],
  ['two devices of one serial', `${head}1,A,P\n2,B,P\n3,A,P\n`, 'nvs-mass-same', 4, 3],
  ['a number out of range', `${head}1,A,P\n256,B,P\n`, 'nvs-range', 3, 1],
  ['too many columns', `${head}1,A,P,x\n`, 'nvs-row', 2, 7],
];

for (const [title, text, code, line, column] of faulty) {
  test(`integration: ${title} is told at its line and column, and nothing is written`, async () => {
    const path = file(text);
    const output = join(work, `never-${files}`);
    const made = await mass(output, { values: path });
    const [fault] = JSON.parse(made.stdout).error.faults;
    assert.deepEqual([made.code, fault.code, fault.place], [3, code, { file: path, line, column }], made.stdout);
    assert.equal(existsSync(join(output, 'bin')), false);
  });
}

test('integration: without a unique key, two rows that are the same are two devices of one kind', async () => {
  const plain = file('n,namespace\na,data,u8\n');
  const made = await mass(join(work, 'twins'), { config: plain, values: file('a\n1\n2\n1\n') });
  assert.equal(JSON.parse(made.stdout).error.faults[0].code, 'nvs-mass-same');
});

test('integration: names of files come from a key, are safe, and differ in more than case', async () => {
  const more = ['--file-id', 'serial', '--prefix', 'unit'];
  const made = await mass(join(work, 'named'), { values: file(`${head}1,A,P\n2,b,P\n`), more });
  assert.equal(made.code, 0, made.stdout);
  assert.deepEqual(readdirSync(join(work, 'named/bin')), ['unit-A.bin', 'unit-b.bin']);
  for (const [rows, code] of [
    ['1,../A,P\n', 'nvs-mass-values'],
    ['1,a,P\n2,A,P\n', 'nvs-mass-same'],
  ] as const) {
    const refused = await mass(join(work, 'unnamed'), { values: file(head + rows), more });
    assert.equal(JSON.parse(refused.stdout).error.faults[0].code, code);
  }
  assert.equal((await mass(join(work, 'unnamed'), { more: ['--unique', 'colour'] })).code, 2);
  assert.equal((await mass(join(work, 'unnamed'), { more: ['--prefix', '../x'] })).code, 2);
});

const configs: readonly (readonly [title: string, text: string, code: string, line: number, column: number])[] = [
  ['a row too short', 'n,namespace\na,data\n', 'nvs-mass-config', 2, 3],
  ['an unknown mark', 'n,namespace\na,data,u8,TWICE\n', 'nvs-mass-config', 2, 11],
  ['a key in two namespaces', 'n,namespace\na,data,u8\nm,namespace\na,data,u8\n', 'nvs-mass-config', 4, 1],
  ['a key before a namespace', 'a,data,u8\n', 'nvs-namespace', 1, 1],
  ['an unknown encoding', 'n,namespace\na,data,u7\n', 'nvs-encoding', 2, 8],
];

for (const [title, text, code, line, column] of configs) {
  test(`integration: in a configuration ${title} is told at its line and column`, async () => {
    const path = file(text);
    const made = await mass(join(work, 'never-config'), { config: path });
    const [fault] = JSON.parse(made.stdout).error.faults;
    assert.deepEqual([made.code, fault.code, fault.place], [3, code, { file: path, line, column }], made.stdout);
  });
}
