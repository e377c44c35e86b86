import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('cli-nvs');
const vectors = fileURLToPath(new URL('../../../test/images/nvs/vectors/', import.meta.url));

async function outcome(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

let tables = 0;
function table(text: string): string {
  tables += 1;
  const path = join(work, `table-${tables}.csv`);
  writeFileSync(path, text);
  return path;
}

test('integration: the bytes of the original generator, however the command is called', async () => {
  const golden = readFileSync(join(vectors, 'mass.bin'));
  const csv = join(vectors, 'mass.csv');
  const output = join(work, 'mass.bin');
  for (const words of [
    ['make', csv, '--size', '0x3000', '--output', output],
    ['--input', csv, '--output', output, '--size', '12288'],
    ['generate', csv, output, '0x3000', '--version', '2'],
  ]) {
    const made = await outcome('nvs', ...words);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /3 values in 1 namespace, 1 page in use/);
    assert.ok(readFileSync(output).equals(golden), words.join(' '));
  }
});

test('integration: a spaced table is read, with a note', async () => {
  const output = join(work, 'seed.bin');
  const made = await outcome('nvs', 'make', join(vectors, 'seed.csv'), '--size', '0x3000', '--output', output);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stderr, /note: .*seed\.csv:1: blanks around commas were left out/);
  const tight = table('key,type,encoding,value\nmass_prod,namespace,,\nProductID,data,string,12345\n');
  const again = join(work, 'tight.bin');
  const quiet = await outcome('nvs', 'make', tight, '--size', '0x3000', '--output', again);
  assert.doesNotMatch(quiet.stderr, /note/);
  assert.ok(readFileSync(output).equals(readFileSync(again)));
});

const head = 'key,type,encoding,value\n';
const ns = `${head}n,namespace,,\n`;
const cases: readonly (readonly [
  title: string,
  csv: string,
  code: string,
  line: number | undefined,
  column: number | undefined,
])[] = [
  ['an empty table', '', 'nvs-header', 1, 1],
  ['no header', 'n,namespace,,\n', 'nvs-header', 1, 1],
  ['a header behind a comment', '# x\nkey,type,value\n', 'nvs-header', 2, 1],
  ['an unknown type', `${ns}a,date,u8,1\n`, 'nvs-type', 3, 3],
  ['an unknown encoding', `${ns}a,data,u128,1\n`, 'nvs-encoding', 3, 8],
  ['a number beyond u8', `${ns}a,data,u8,256\n`, 'nvs-range', 3, 11],
  ['a number below i64', `${ns}a,data,i64,-9223372036854775809\n`, 'nvs-range', 3, 12],
  ['no number', `${ns}a,data,i16,1.5\n`, 'nvs-value', 3, 12],
  ['a key of 16', `${ns}abcdefghijklmnop,data,u8,1\n`, 'nvs-key', 3, 1],
  ['a key of 8 letters and 16 bytes', `${ns}üüüüüüüü,data,u8,1\n`, 'nvs-key', 3, 1],
  ['a namespace of 16', `${head}abcdefghijklmnop,namespace,,\n`, 'nvs-key', 2, 1],
  ['no namespace', `${head}a,data,u8,1\n`, 'nvs-namespace', 2, 1],
  ['odd hex', `${ns}a,data,hex2bin,abc\n`, 'nvs-value', 3, 16],
  ['no hex', `${ns}a,data,hex2bin,zz\n`, 'nvs-value', 3, 16],
  ['base64 with another letter', `${ns}a,data,base64,a*==\n`, 'nvs-value', 3, 15],
  ['base64 cut short', `${ns}a,data,base64,QUJ\n`, 'nvs-value', 3, 15],
  ['a missing file', `${ns}a,file,binary,no/such.bin\n`, 'nvs-file', 3, 15],
  ['a key twice', `${ns}a,data,u8,1\nb,data,u8,1\na,data,u8,2\n`, 'nvs-twice', 5, 1],
  ['an unquoted comma', `${ns}a,data,string,x,y\n`, 'nvs-row', 3, 17],
  ['no value', `${ns}a,data,u8\n`, 'nvs-row', 3, 8],
  ['a quote that stays open', `${ns}a,data,string,"x\n`, 'nvs-table', 3, 15],
  ['a comment within quotes', `${ns}a,data,string,"x\n#y"\n`, 'nvs-table', 4, 1],
  ['too long a string', `${ns}a,data,string,${'x'.repeat(4000)}\n`, 'nvs-range', 3, 15],
];

for (const [title, csv, code, line, column] of cases) {
  test(`integration: ${title} is told at its line and column, and nothing is written`, async () => {
    const path = table(csv);
    const output = join(work, 'never.bin');
    const { code: exit, stdout } = await outcome('nvs', 'make', path, '--size', '0x3000', '--output', output, '--json');
    const [fault] = JSON.parse(stdout).error.faults;
    assert.deepEqual([exit, fault.code, fault.place], [3, code, { file: path, line, column }], stdout);
    assert.equal(existsSync(output), false);
    assert.deepEqual(
      readdirSync(work).filter((name) => name.includes('never')),
      [],
    );
  });
}

test('integration: a partition that is too small is told with the bytes that it lacks', async () => {
  const rows = Array.from({ length: 300 }, (_, at) => `k${at},data,u8,1\n`).join('');
  const path = table(ns + rows);
  const words = ['nvs', 'make', path, '--output', join(work, 'small.bin'), '--json', '--size'];
  const { code, stdout } = await outcome(...words, '0x3000');
  const [fault] = JSON.parse(stdout).error.faults;
  assert.deepEqual([code, fault.code], [3, 'nvs-too-small']);
  assert.match(fault.expected, /^16384 bytes \(0x4000\): 4096 more/);
  assert.equal((await outcome(...words, '0x4000')).code, 0);
});

test('integration: sizes that no partition has are refused', async () => {
  for (const size of ['0', '4097', '0x2fff', '1G', 'x']) {
    const words = ['nvs', 'make', join(vectors, 'mass.csv'), '--output', join(work, 'size.bin'), '--size', size];
    assert.equal((await outcome(...words)).code, 2, size);
  }
  assert.equal((await outcome('nvs')).code, 2);
  assert.equal((await outcome('nvs', '--input', 'x')).code, 2);
  assert.equal((await outcome('nvs', 'paint')).code, 2);
});

test('integration: files are relative to the table, and no output replaces one', async () => {
  const folder = join(work, 'with-file');
  mkdirSync(join(folder, 'certs'), { recursive: true });
  writeFileSync(join(folder, 'certs/a.pem'), 'certificate\n');
  writeFileSync(join(folder, 't.csv'), `${ns}a,file,string,certs/a.pem\nb,file,binary,certs/a.pem\n`);
  const words = ['nvs', 'make', join(folder, 't.csv'), '--size', '0x3000', '--output'];
  assert.equal((await outcome(...words, join(folder, 't.bin'))).code, 0);
  const dump = JSON.parse((await outcome('nvs', 'dump', join(folder, 't.bin'), '--json')).stdout);
  assert.deepEqual(
    dump.items.map(({ key, value }: { key: string; value: string }) => [key, value]),
    [
      ['a', 'certificate\n'],
      ['b', Buffer.from('certificate\n').toString('hex')],
    ],
  );
  assert.equal((await outcome(...words, join(folder, 'certs/a.pem'))).code, 2);
  assert.equal(readFileSync(join(folder, 'certs/a.pem'), 'utf8'), 'certificate\n');
});

test('integration: dump shows values, problems and old entries; diff shows what changed', async () => {
  const image = readFileSync(join(vectors, 'mass.bin'));
  const dump = await outcome('nvs', 'dump', join(vectors, 'mass.bin'));
  assert.equal(dump.code, 0);
  assert.match(dump.stdout, /mass_prod\.ProductID +string +"12345"/);
  assert.match(dump.stdout, /no problem found/);
  const flipped = join(work, 'flipped.bin');
  const bytes = Buffer.from(image);
  bytes[0x81] = 0x33;
  writeFileSync(flipped, bytes);
  const told = await outcome('nvs', 'dump', flipped, '--json');
  assert.equal(told.code, 1);
  assert.deepEqual(
    JSON.parse(told.stdout).problems.map(({ code, page, entry }: { code: string; page: number; entry: number }) => [
      code,
      page,
      entry,
    ]),
    [['nvs-data', 0, 1]],
  );
  const erased = join(work, 'erased.bin');
  const gone = Buffer.from(image);
  // Entries 1 and 2, the ProductID, are erased: both bits of each are 0.
  gone[32] = (gone[32] ?? 0) & ~0b111100;
  writeFileSync(erased, gone);
  const old = JSON.parse((await outcome('nvs', 'dump', erased, '--json')).stdout);
  assert.deepEqual([old.problems, old.gone.length, old.gone[0].key, old.gone[0].why], [[], 1, 'ProductID', 'deleted']);
  const diff = await outcome('nvs', 'diff', join(vectors, 'mass.bin'), erased);
  assert.equal(diff.code, 0);
  assert.match(diff.stdout, /^- mass_prod\.ProductID string "12345"\n1 removed, 0 added, 0 changed, 2 as before\n$/);
  const none = join(work, 'none.bin');
  writeFileSync(none, Buffer.alloc(8192, 0x41));
  assert.equal((await outcome('nvs', 'dump', none)).code, 3);
});
