/** fleet.yaml and the table of versions in the field, right and wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfiguration } from '../../../src/input/configuration/read-configuration.js';
import { parseField } from '../../../src/input/fleet/read-field.js';
import { parseFleet, sharedConfiguration } from '../../../src/input/fleet/read-fleet.js';
import { InputError } from '../../../src/model/errors.js';

const least = `products:
  gateway:
    archive: releases
    sources: ["A*", A02]
    targets: B01
    output: packages
`;

function faults(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.faults.map(
      ({ code, place, message, found }) => `${place?.line}:${place?.column} ${code} ${message}: ${found}`,
    );
  }
  return [];
}

test('unit: the least, with the defaults of everything else', () => {
  const [product, ...more] = parseFleet(least, 'fleet.yaml').products;
  assert.deepEqual(more, []);
  assert.deepEqual(product, {
    name: 'gateway',
    archive: 'releases',
    sources: [
      { text: 'A*', place: { file: 'fleet.yaml', line: 4, column: 15 } },
      { text: 'A02', place: { file: 'fleet.yaml', line: 4, column: 21 } },
    ],
    field: undefined,
    targets: [{ text: 'B01', place: { file: 'fleet.yaml', line: 5, column: 14 } }],
    output: { text: 'packages', place: { file: 'fleet.yaml', line: 6, column: 13 } },
    lists: undefined,
    budget: undefined,
    withRollback: false,
    policy: { downgrade: 'forbidden', back: undefined, beyond: 'none', chains: [] },
    settings: {},
  });
});

test('unit: all of it, with defaults that a product overrides', () => {
  const [product] = parseFleet(
    `defaults: {effort: best, lists: lists, policy: {back: 3}}
products:
  gateway:
    archive: releases
    sources: {field: versions.csv}
    targets: [B01, B02]
    output: packages
    budgets: {package: 60MB}
    with-rollback: true
    policy: {downgrade: allowed, back: 5, beyond: chain, chains: {A01: A03}}
    effort: fast
    cache-size: 64M
    verify: full
`,
    'fleet.yaml',
  ).products;
  assert.equal(product?.field?.text, 'versions.csv');
  assert.equal(product?.budget, 60_000_000);
  assert.equal(product?.withRollback, true);
  assert.equal(product?.lists, 'lists');
  assert.deepEqual(product?.settings, { effort: 'fast', cacheSize: 64 * 2 ** 20, verify: 'full' });
  assert.equal(product?.policy.back, 5);
  assert.deepEqual(
    product?.policy.chains.map(({ from, over }) => [from.text, over.text]),
    [['A01', 'A03']],
  );
});

test('unit: what is wrong is told with line and column, all of it at once', () => {
  const cases: Readonly<Record<string, RegExp>> = {
    'products: [': /configuration-syntax/,
    'products: {}': /configuration-value the fleet names no product/,
    [least.replace('archive: releases', 'archiv: releases')]: /3:5 configuration-key .*archiv/,
    [least.replace('    output: packages\n', '')]: /2:3 configuration-value the product gateway has no output/,
    [`${least}    budgets: {package: 60}\n`]: /7:24 fleet-budget-unit the budget has no unit: 60/,
    [`${least}    budgets: {package: "60"}\n`]: /fleet-budget-unit/,
    [`${least}    budgets: {package: 60 apples}\n`]: /configuration-value the budget is not valid: 60 apples/,
    [`${least}    budgets: {packages: 60MB}\n`]: /configuration-key/,
    [`${least}    policy: {back: 0}\n`]: /configuration-value back is not valid: 0/,
    [`${least}    policy: {beyond: jump}\n`]: /configuration-value beyond is not valid: jump/,
    [`${least}    policy: {chains: [A01]}\n`]: /configuration-value chains is not valid/,
    [`${least}    with-rollback: perhaps\n`]: /configuration-value with-rollback is not valid: perhaps/,
    [`${least}    effort: huge\n`]: /configuration-value the value of effort is not valid: huge/,
    [`${least}    cache: somewhere\n`]: /configuration-key/,
    [least.replace('sources: ["A*", A02]', 'sources: []')]: /configuration-value sources is not valid/,
    [least.replace('sources: ["A*", A02]', 'sources: {file: x}')]: /configuration-key/,
    [least.replace('targets: B01', 'targets: true')]: /configuration-value targets is not valid/,
  };
  for (const [text, expected] of Object.entries(cases)) {
    const found = faults(() => parseFleet(text, 'fleet.yaml'));
    assert.match(found.join('\n'), expected, text);
  }
  const several = faults(() => parseFleet(`${least}    effort: huge\n    budgets: {package: 60}\n`, 'fleet.yaml'));
  assert.equal(several.length, 2);
});

test('unit: tables of the field: with and without headings, separators, counts', () => {
  const rows = (text: string) => parseField(text, 'v.csv').map(({ version, count }) => [version, count]);
  const expected = [
    ['A01', 1200],
    ['A02', 7],
  ];
  assert.deepEqual(rows('A01,1200\nA02,7\n'), expected);
  assert.deepEqual(rows('version,count\nA01,1200\nA02,7'), expected);
  assert.deepEqual(rows('\ufeffregion;count;version\r\neu;1200;A01\r\nus;7;"A02"\r\n'), expected);
  assert.deepEqual(rows('# of Monday\nRevision\tDevices\nA01\t1200\n\nA02\t7\n'), expected);
  assert.deepEqual(rows('version\nA01\nA02\n'), [
    ['A01', 1],
    ['A02', 1],
  ]);
});

test('unit: wrong tables are told with their lines', () => {
  assert.deepEqual(
    faults(() => parseField('version,count\nA01,many\n,5\nA02,-1\n', 'v.csv')),
    [
      '2:undefined fleet-field the number of devices is not valid: many',
      '3:undefined fleet-field the line has no version: ,5',
      '4:undefined fleet-field the number of devices is not valid: -1',
    ],
  );
  assert.deepEqual(
    faults(() => parseField('version,count\n', 'v.csv')),
    ['undefined:undefined fleet-field the table of versions in the field is empty: undefined'],
  );
});

test('unit: products of the same name take from the configuration what the fleet does not say', () => {
  const configuration = parseConfiguration(
    `defaults: {lists: common, verify: quick, jobs: 3}
products:
  gateway:
    source: v1.zip
    target: v2.zip
    output: update.zip
    lists: lists
    effort: best
    parts: m
    commands: {generate: {boot-update: whole}, verify: {cache-size: 4K}}
`,
    'conf/dfota.config.yaml',
  );
  const text = `configuration: conf/dfota.config.yaml\n${least}    parts: l\n`;
  assert.equal(sharedConfiguration(text, 'fleet.yaml')?.text, 'conf/dfota.config.yaml');
  assert.equal(sharedConfiguration(least, 'fleet.yaml'), undefined);
  const [product] = parseFleet(text, 'fleet.yaml', configuration).products;
  assert.equal(product?.lists, 'conf/lists');
  assert.equal(product?.output.text, 'packages');
  assert.deepEqual(product?.settings, { parts: 'l', bootUpdate: 'whole', effort: 'best', verify: 'quick', jobs: 3 });
  const [other] = parseFleet(text.replace('gateway', 'other'), 'fleet.yaml', configuration).products;
  assert.deepEqual([other?.lists, other?.settings], ['conf/common', { parts: 'l', verify: 'quick', jobs: 3 }]);
  assert.deepEqual(
    faults(() => sharedConfiguration(`configuration: [a]\n${least}`, 'fleet.yaml')),
    ['1:16 configuration-value configuration is not valid: a list'],
  );
});

test('unit: the cache of a fleet is named beside its products', () => {
  const fleet = parseFleet(`cache: https://cache.example\ncache-read-only: true\n${least}`, 'fleet.yaml');
  assert.deepEqual([fleet.cache, fleet.cacheReadOnly], ['https://cache.example', true]);
  assert.deepEqual([parseFleet(least, 'f').cache, parseFleet(least, 'f').cacheReadOnly], [undefined, false]);
  assert.deepEqual(
    faults(() => parseFleet(`${least}    cache: https://cache.example\n    companion: x.zip\n`, 'fleet.yaml')).map(
      (line) => line.split(' ')[1],
    ),
    ['configuration-key', 'configuration-key'],
  );
});
