/** The record beside a package, its provenance, and the package made again out of it, wherever and however. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sourceDate } from '../../../src/cli/source-date.js';
import { sha256Of } from '../../../src/model/digest.js';
import { InputError, UsageError } from '../../../src/model/errors.js';
import { generateDefaults, generateFiles } from '../../../src/usecases/generate/generate-files.js';
import { reproduce } from '../../../src/usecases/reproduce/reproduce.js';
import { randomPair } from '../../support/random-pair.js';
import { writeTargetFiles } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const program = fileURLToPath(new URL('../../../../bin/dfota.js', import.meta.url));
const work = workFolder('reproduce');
const at = (name: string): string => join(work, name);
const pair = randomPair(5, { rounds: 1 });

function dfota(
  words: readonly string[],
  { umask = '022', cwd = work, env = {} }: { umask?: string; cwd?: string; env?: Record<string, string> } = {},
) {
  const shell = ['-c', `umask ${umask}; exec "$@"`, 'sh', process.execPath, program, ...words];
  return spawnSync('sh', shell, { encoding: 'utf8', cwd, env: { ...process.env, ...env } });
}

before(() => {
  for (const [name, spec] of [
    ['v1', pair.source],
    ['v2', pair.target],
  ] as const) {
    const written = writeTargetFiles(at(name), spec);
    copyFileSync(written, at(`${name}.zip`));
  }
  mkdirSync(at('lists'));
  writeFileSync(at('lists/quectel_noota_filelist.txt'), '# nothing\n');
  mkdirSync(at('out'));
  const words = ['generate', 'v1.zip', 'v2.zip', '--lists', 'lists', '--effort', 'fast', '--no-cache', '--quiet'];
  const made = dfota(
    [...words, '--output', 'out/update.zip', '--provenance', 'out/provenance.json', '--builder-id', 'urn:ci:7'],
    {
      env: { SOURCE_DATE_EPOCH: '1700000000' },
    },
  );
  assert.equal(made.status, 0, made.stderr);
});

function record(): Record<string, Record<string, unknown>> {
  return JSON.parse(readFileSync(at('out/update.zip.json'), 'utf8'));
}

test('end-to-end: the record says what the package is, and of what', () => {
  const { package: made, source, lists } = record();
  const bytes = readFileSync(at('out/update.zip'));
  assert.equal(made?.sha256, sha256Of(bytes));
  assert.equal(made?.size, bytes.length);
  assert.equal(source?.sha256, sha256Of(readFileSync(at('v1.zip'))));
  assert.deepEqual(lists?.files, [
    { name: 'quectel_noota_filelist.txt', sha256: sha256Of(readFileSync(at('lists/quectel_noota_filelist.txt'))) },
  ]);
  assert.deepEqual(readdirSync(at('out')).sort(), ['provenance.json', 'update.zip', 'update.zip.json']);
});

test('end-to-end: the provenance is an in-toto statement about the package, of the date that was given', () => {
  const statement = JSON.parse(readFileSync(at('out/provenance.json'), 'utf8'));
  assert.equal(statement._type, 'https://in-toto.io/Statement/v1');
  assert.equal(statement.predicateType, 'https://slsa.dev/provenance/v1');
  assert.deepEqual(statement.subject[0].digest.sha256, sha256Of(readFileSync(at('out/update.zip'))));
  const { buildDefinition, runDetails } = statement.predicate;
  assert.equal(buildDefinition.resolvedDependencies[1].digest.sha256, sha256Of(readFileSync(at('v2.zip'))));
  assert.equal(runDetails.builder.id, 'urn:ci:7');
  assert.equal(runDetails.metadata.finishedOn, '2023-11-14T22:13:20Z');
});

test('end-to-end: the same bytes in another folder, time zone, locale, umask and number of workers', () => {
  mkdirSync(at('elsewhere'));
  for (const name of ['v1.zip', 'v2.zip']) copyFileSync(at(name), at(`elsewhere/${name}`));
  mkdirSync(at('elsewhere/lists'));
  copyFileSync(at('lists/quectel_noota_filelist.txt'), at('elsewhere/lists/quectel_noota_filelist.txt'));
  copyFileSync(at('out/update.zip.json'), at('elsewhere/record.json'));
  const env = { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', SOURCE_DATE_EPOCH: '0' };
  const made = dfota(['reproduce', 'record.json', '--jobs', '3', '--quiet'], {
    cwd: at('elsewhere'),
    umask: '077',
    env,
  });
  assert.equal(made.status, 0, made.stdout + made.stderr);
  assert.match(made.stdout, /^REPRODUCED: record\.json\n/);
  const words = [
    'reproduce',
    'out/update.zip.json',
    '--quiet',
    '--json',
    '--output',
    'again.zip',
    '--source',
    'elsewhere/v1.zip',
  ];
  const again = dfota([...words, '--jobs', '1']);
  assert.equal(again.status, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).same, true);
  assert.deepEqual(readFileSync(at('again.zip')), readFileSync(at('out/update.zip')));
});

test('integration: what is different is told', async () => {
  const told = async (edit: (text: string) => string, changes = {}) => {
    const text = edit(readFileSync(at('out/update.zip.json'), 'utf8'));
    writeFileSync(at('out/edited.json'), text);
    const here = { source: at('v1.zip'), target: at('v2.zip'), lists: at('lists') };
    return reproduce({ record: at('out/edited.json'), ...here, ...changes });
  };
  const same = await told((text) => text);
  assert.deepEqual([same.same, same.differences], [true, []]);
  const swapped = await told((text) => text, { source: at('v2.zip') });
  assert.equal(swapped.made, undefined);
  assert.match(swapped.differences.join('\n'), /^the source is another: /);
  mkdirSync(at('other-lists'));
  writeFileSync(at('other-lists/quectel_chmod_filelist.txt'), '');
  const lists = await told((text) => text, { lists: at('other-lists') });
  assert.match(
    lists.differences.join('\n'),
    /the list quectel_chmod_filelist.txt is another: .*\nthe list quectel_noota_filelist.txt is another: nothing/,
  );
  const options = await told((text) =>
    text.replace('"moves": true', '"moves": false').replace('"dialect": "assert"', '"dialect": "abort"'),
  );
  assert.equal(options.same, false);
  assert.match(options.differences.join('\n'), /updater-script is another/);
  const tool = await told((text) =>
    text.replace(/"engine": "/, '"engine": "x').replace('"dialect": "assert"', '"dialect": "abort"'),
  );
  assert.match(tool.differences.join('\n'), /the engine is .*, the record has x/);
});

test('integration: a record that is damaged, of another kind, or of the future', async () => {
  const text = readFileSync(at('out/update.zip.json'), 'utf8');
  const damaged: readonly (readonly [string, RegExp])[] = [
    ['', /found: {4}""/],
    ['[]', /expected: an object/],
    ['null', /expected: an object/],
    [text.slice(0, 400), /expected: JSON/],
    [text.replace('"version": 1', '"version": 2'), /version\): [\s\S]*expected: 1/],
    [text.replace('"format": "dfota-package"', '"format": "other"'), /format\)/],
    [text.replace('"effort": "fast"', '"effort": "fastest"'), /options.effort\)/],
    [text.replace('"basesPerFile": 3', '"basesPerFile": -1'), /options.basesPerFile\)/],
    [text.replace('"moves": true', '"moves": 1'), /options.moves\)/],
    [text.replace('"parts": "a"', '"parts": "xyz"'), /options.parts\)/],
    [text.replace(/"sha256": "[0-9a-f]/, '"sha256": "X'), /package.sha256\)/],
  ];
  for (const [content, message] of damaged) {
    writeFileSync(at('damaged.json'), content);
    await assert.rejects(reproduce({ record: at('damaged.json') }), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.equal(error.faults[0]?.code, 'record-value');
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(reproduce({ record: at('none.json') }), (error) => error instanceof InputError);
});

test('integration: when the record or the provenance cannot be written, there is no package', async () => {
  const folder = at('refused');
  mkdirSync(folder);
  const request = {
    ...generateDefaults,
    sources: [at('v1.zip')],
    target: at('v2.zip'),
    modes: 'build',
    parts: ['l', 'm', 'o', 'minor'],
    encoding: { effort: 'fast', jobs: 1 },
    verify: { level: 'off', profile: 'strict' },
    output: join(folder, 'update.zip'),
    record: true,
  } as const;
  const path = join(folder, 'no/such/provenance.json');
  await assert.rejects(generateFiles({ ...request, provenance: { path } }), (error) => error instanceof InputError);
  assert.deepEqual(readdirSync(folder), []);
  const overwriting = { ...request, provenance: { path: join(folder, 'update.zip.json') } };
  await assert.rejects(generateFiles(overwriting), (error) => error instanceof UsageError);
  // The last moment: the folder takes the record's name while the package is made.
  let hindered = false;
  await assert.rejects(
    generateFiles(request, {
      onProgress: ({ stage }) => {
        if (stage !== 'write' || hindered) return;
        hindered = true;
        mkdirSync(join(folder, 'update.zip.json'));
      },
    }),
    (error) => error instanceof InputError,
  );
  assert.deepEqual(readdirSync(folder), ['update.zip.json']);
});

test('unit: SOURCE_DATE_EPOCH is whole seconds, or refused', () => {
  assert.equal(sourceDate({}), undefined);
  assert.equal(sourceDate({ SOURCE_DATE_EPOCH: '0' }), '1970-01-01T00:00:00Z');
  assert.equal(sourceDate({ SOURCE_DATE_EPOCH: '253402300799' }), '9999-12-31T23:59:59Z');
  for (const text of ['', ' ', '1.5', '-1', '01', '1e3', '0x10', '253402300800', '9999999999999', 'now', '1\n']) {
    assert.throws(
      () => sourceDate({ SOURCE_DATE_EPOCH: text }),
      (error) => error instanceof InputError,
      text,
    );
  }
});
