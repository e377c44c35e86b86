import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type PlacedProduct,
  type PlacedSettings,
  plainSettings,
  settingsInForce,
} from '../../../src/model/configuration/product.js';
import {
  configuredCommands,
  optionName,
  type SettingValue,
  variableName,
} from '../../../src/model/configuration/setting.js';
import { isSettingName, settingNames, settingOf } from '../../../src/model/configuration/settings.js';

function placed(values: Readonly<Record<string, SettingValue>>, file: string): PlacedSettings {
  return new Map(
    Object.entries(values).flatMap(([name, value]) =>
      isSettingName(name) ? [[name, { value, place: { file } }]] : [],
    ),
  );
}

function product(
  file: string,
  values: Readonly<Record<string, SettingValue>>,
  audit: Readonly<Record<string, SettingValue>> = {},
): PlacedProduct {
  return { settings: placed(values, file), commands: new Map([['audit', placed(audit, file)]]) };
}

test('unit: the stronger place wins, and of each place what it says for the command', () => {
  const places = [
    product('environment', { effort: 'fast' }),
    product('product', { effort: 'best', jobs: 2, output: 'update.zip' }, { output: 'audit.html' }),
    product('defaults', { jobs: 4, profile: 'strict' }, { output: 'default.html', exact: true }),
  ];
  assert.deepEqual(plainSettings(settingsInForce('generate', places)), {
    effort: 'fast',
    jobs: 2,
    output: 'update.zip',
    profile: 'strict',
  });
  assert.deepEqual(plainSettings(settingsInForce('audit', places)), { output: 'audit.html', jobs: 2, exact: true });
  assert.equal(settingsInForce('generate', places).get('effort')?.place.file, 'environment');
});

test('unit: a rival of a stronger place stands in for a setting, one of the same place does not', () => {
  const inForce = (...places: Readonly<Record<string, SettingValue>>[]) =>
    plainSettings(
      settingsInForce(
        'generate',
        places.map((values, at) => product(String(at), values)),
      ),
    );
  assert.deepEqual(inForce({ noCache: true }, { cache: 'c', lists: 'l' }), { noCache: true, lists: 'l' });
  assert.deepEqual(inForce({ source: 'v1' }, { fromArchive: 'a', sourceVersion: ['1'] }), { source: 'v1' });
  assert.deepEqual(inForce({ sourceVersion: ['2'] }, { fromArchive: 'a', sourceVersion: ['1'] }), {
    fromArchive: 'a',
    sourceVersion: ['2'],
  });
  assert.deepEqual(inForce({ fromArchive: 'a', sourceVersion: ['1'] }), { fromArchive: 'a', sourceVersion: ['1'] });
});

test('unit: the product says the package for generate alone', () => {
  const places = [product('product', { output: 'update.zip', publicKey: 'k' })];
  for (const command of configuredCommands) {
    assert.equal(settingsInForce(command, places).has('output'), command === 'generate', command);
  }
  assert.equal(settingsInForce('verify', places).has('publicKey'), false);
});

test('unit: names on the command line and in the environment', () => {
  assert.equal(optionName('noCrossBases'), 'no-cross-bases');
  assert.equal(variableName('noCrossBases'), 'NO_CROSS_BASES');
  // The variable of a command's section, DFOTA_AUDIT_OUTPUT, must not be that of a setting.
  const prefixes = configuredCommands.map((command) => `${command.toUpperCase()}_`);
  for (const name of settingNames) {
    assert.ok(!prefixes.some((prefix) => variableName(name).startsWith(prefix)), name);
    assert.ok(settingOf(name).commands.length > 0, name);
  }
});
