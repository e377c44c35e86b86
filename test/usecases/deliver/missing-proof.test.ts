import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, lazyDeliveryPair, startModule } from '../../support/delivery-pair.js';
import { workFolder } from '../../support/work-folder.js';

const folder = workFolder('missing-proof');
const pairs = lazyDeliveryPair(join(folder, 'pair'));

test('integration: preflight and deliver note a package that nothing says was proved', async () => {
  const pair = await pairs();
  const [file, record] = [join(folder, 'update.zip'), join(folder, 'update.zip.json')];
  copyFileSync(pair.package, file);
  const made = JSON.parse(readFileSync(`${pair.package}.json`, 'utf8'));
  const module = await startModule(pair.source, join(folder, 'm'));
  const look = async (): Promise<string> => {
    const { code, stdout } = await command('preflight', file, '--port', module.at, '--speed', '1000');
    assert.equal(code, 0, stdout);
    return /note: nothing says that this package was proved \((.*)\):/.exec(stdout)?.[1] ?? 'proved';
  };
  assert.equal(await look(), 'there is no update.zip.json beside it');
  const cases: readonly (readonly [text: string, said: string])[] = [
    [JSON.stringify(made), 'proved'],
    ['{', 'update.zip.json cannot be read'],
    ['[]', 'update.zip.json is no record of a package'],
    [JSON.stringify({ ...made, package: { sha256: 'x' } }), 'update.zip.json is the record of another package'],
    [JSON.stringify({ ...made, proof: null }), 'update.zip.json says that it was not verified'],
    [JSON.stringify({ ...made, proof: { verdict: 'not-proved' } }), 'update.zip.json says: not-proved'],
    [JSON.stringify({ ...made, package: { sha256: 'x' }, signed: { sha256: made.package.sha256 } }), 'proved'],
  ];
  for (const [text, said] of cases) {
    writeFileSync(record, text);
    assert.equal(await look(), said, text.slice(0, 60));
  }
  rmSync(record);
  mkdirSync(record);
  assert.equal(await look(), 'update.zip.json cannot be read');
  const words = ['--speed', '1000', '--journal', join(folder, 'j')];
  const delivered = await command('deliver', file, '--port', module.at, ...words);
  assert.equal(delivered.code, 0);
  assert.match(delivered.stderr, /nothing says that this package was proved/);
  await module.stop();
});
