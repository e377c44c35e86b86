import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parseConfiguration } from '../../../src/input/configuration/read-configuration.js';
import { configuredCommands, optionName, type SettingForm } from '../../../src/model/configuration/setting.js';
import { settingNames, settingOf } from '../../../src/model/configuration/settings.js';
import { InputError, showFault } from '../../../src/model/errors.js';
import { configuration as schema } from '../../docs/schemas/configuration.js';

const text = `defaults:
  effort: best
  cache-size: 64M
products:
  rm500q:
    from-archive: releases
    source-version: [1.10, A02]
  rg520n:
    source: releases/*/targetfiles.zip
    target: ../v2/targetfiles.zip
    no-cache: true
    commands:
      audit:
        output: audit.html
        only: changed
`;

function faultsOf(given: string, file = 'dfota.config.yaml'): readonly string[] {
  try {
    parseConfiguration(given, file);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error.faults.map(showFault);
  }
  return [];
}

test('unit: values and their places; relative paths start where the file lies', () => {
  const { defaults, products } = parseConfiguration(text, '../dfota.config.yaml');
  const product = products.get('rg520n');
  const value = (name: Parameters<NonNullable<typeof product>['settings']['get']>[0]) => product?.settings.get(name);
  assert.deepEqual(value('source'), {
    value: '../releases/*/targetfiles.zip',
    place: { file: '../dfota.config.yaml', line: 9, column: 5 },
  });
  assert.equal(value('target')?.value, '../../v2/targetfiles.zip');
  assert.deepEqual(products.get('rm500q')?.settings.get('sourceVersion')?.value, ['1.10', 'A02']);
  assert.equal(value('noCache')?.value, true);
  assert.equal(defaults.settings.get('cacheSize')?.value, 64 * 2 ** 20);
  const audit = product?.commands.get('audit');
  assert.equal(audit?.get('output')?.value, '../audit.html');
  assert.deepEqual(audit?.get('only')?.value, ['changed']);
});

test('unit: every fault at once, each with line, column, and the nearest known key', () => {
  const wrong = text
    .replace('effort: best', 'efort: best')
    .replace('64M', '64 potatoes')
    .replace('no-cache: true', 'no_cache: yes')
    .replace('audit:', 'audti:');
  assert.deepEqual(faultsOf(wrong), [
    'dfota.config.yaml:2:3: a product has no key of this name\n  found:    efort\n  to do:    did you mean effort?',
    'dfota.config.yaml:3:15: the value of cache-size is not valid\n  found:    64 potatoes\n  expected: bytes, as in 4096, 512K, 1G (powers of 1024) or 70MB (powers of 1000)',
    'dfota.config.yaml:11:5: a product has no key of this name\n  found:    no_cache\n  to do:    did you mean no-cache?',
    'dfota.config.yaml:13:7: commands has no key of this name\n  found:    audti\n  to do:    did you mean audit?',
  ]);
});

test('unit: what is no configuration says so with its place', () => {
  const wrong: [string, RegExp][] = [
    ['', /^dfota.config.yaml: the configuration names no product/],
    ['products:\n', /^dfota.config.yaml:1:1: the configuration names no product/],
    ['products: {}\n', /:1:1: the configuration names no product/],
    ['- a\n', /:1:1: the configuration is not a mapping\n {2}found: {4}a list/],
    ['products:\n  a: 7\n', /:2:6: a product is not a mapping\n {2}found: {4}7/],
    ['products:\n  a: {jobs: 0}\n', /:2:13: the value of jobs is not valid[\s\S]*a whole number from 1 to 256/],
    ['products:\n  a: {starter-lists: "true"}\n', /starter-lists is not valid[\s\S]*true or false/],
    ['products:\n  a: {effort: Best}\n', /effort is not valid\n {2}found: {4}Best\n {2}expected: fast, normal, best/],
    ['products:\n  a: {source: [x]}\n', /source is not valid\n {2}found: {4}a list/],
    ['products:\n  a: "x\n', /the configuration is neither YAML nor JSON: Missing closing/],
    ['products:\n  a: {output: x, output: y}\n', /Map keys must be unique/],
    [
      'product:\n  a: {}\n',
      /:1:1: the configuration has no key of this name\n {2}found: {4}product\n {2}to do: {4}did you mean products\?/,
    ],
    ['products:\n  a: {commands: {check: {effort: best}}}\n', /the section of check has no key of this name/],
    ['products:\n  [x]: {}\n', /the name of a product is not a text/],
  ];
  for (const [given, said] of wrong) assert.match(faultsOf(given)[0] ?? 'no fault', said, given);
});

test('unit: a secret in the file is refused, and not shown', () => {
  for (const key of ['passphrase', 'key-password', 'api-token']) {
    const [fault = ''] = faultsOf(`products:\n  a: {${key}: hunter2}\n`);
    assert.match(fault, /secrets do not belong into a file/);
    assert.doesNotMatch(fault, /hunter2/);
  }
  const [fault = ''] = faultsOf('products:\n  a: {signer-command: [sign, --token, hunter2]}\n');
  assert.match(fault, /signer-command is not valid/);
  assert.doesNotMatch(fault, /hunter2/);
});

/** Values that are right for some form, and some that are right for none. */
const values = fc.constantFrom<unknown>(
  'x',
  '',
  'a',
  'lm',
  'best',
  'strict',
  '64M',
  '0x10',
  '1.5GiB',
  'le',
  'json',
  7,
  0,
  300,
  -1,
  1.5,
  true,
  false,
  null,
  ['x'],
  [],
  [7, 'y'],
  {},
);
/** A value of the setting's form, nine times out of ten. */
function valueFor(option: string): fc.Arbitrary<unknown> {
  const name = settingNames.find((each) => optionName(each) === option);
  const form = name === undefined ? undefined : settingOf(name);
  const right: Readonly<Record<SettingForm['kind'], readonly unknown[]>> = {
    text: ['x', 7, '1.10'],
    path: ['a/b', 7],
    build: ['releases/*/x.zip', 'v1'],
    flag: [true, false],
    size: [4096, '64M', '1.5GiB', '0x1F', '70mb', '12b'],
    count: [1, 2],
    choice: form?.kind === 'choice' ? form.words : [],
    parts: ['a', 'lm'],
    texts: ['x', 7, ['x', 7]],
    builds: ['x', ['x', 'y']],
  };
  const good = form === undefined ? [] : right[form.kind];
  return good.length === 0
    ? values
    : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: values });
}
const settings = (names: readonly string[]) =>
  fc
    .array(
      fc
        .oneof(
          { weight: 20, arbitrary: fc.constantFrom(...names) },
          { weight: 1, arbitrary: fc.constantFrom('efort', 'x-y') },
        )
        .chain((name) => fc.tuple(fc.constant(name), valueFor(name))),
      { maxLength: 4 },
    )
    .map((pairs) => Object.fromEntries(pairs));
const product = fc
  .tuple(
    settings(settingNames.map(optionName)),
    fc.option(
      fc.array(
        fc
          .constantFrom(...configuredCommands)
          .chain((command) =>
            fc.tuple(
              fc.constant(command),
              settings(settingNames.filter((name) => settingOf(name).commands.includes(command)).map(optionName)),
            ),
          ),
        { minLength: 1, maxLength: 2 },
      ),
    ),
  )
  .map(([own, commands]) => (commands === null ? own : { ...own, commands: Object.fromEntries(commands) }));

test('property: the published schema and the reader accept the same', () => {
  const check = new Ajv({ allErrors: true, allowUnionTypes: true }).compile({ ...schema });
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b'), product, { minKeys: 1 }),
      fc.option(product),
      (products, defaults) => {
        const document = defaults === null ? { products } : { defaults, products };
        const faults = faultsOf(JSON.stringify(document));
        const valid = check(document);
        if (valid) accepted += 1;
        else refused += 1;
        assert.equal(
          faults.length === 0,
          valid,
          `${JSON.stringify(document)}\n${faults.join('\n')}\n${JSON.stringify(check.errors)}`,
        );
      },
    ),
    { numRuns: 1000 },
  );
  assert.ok(accepted > 50 && refused > 50, `${accepted} accepted, ${refused} refused`);
});
