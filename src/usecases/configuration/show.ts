/** What is in force for each command, and where each value came from: `dfota config`. */
import type { PlacedProduct, PlacedSettings, PlacedValue } from '../../model/configuration/product.js';
import { settingsInForce } from '../../model/configuration/product.js';
import { type ConfiguredCommand, configuredCommands, type SettingValue } from '../../model/configuration/setting.js';
import { isSettingName, type SettingName, settingNames, settingOf } from '../../model/configuration/settings.js';
import type { ShownConfiguration, ShownSetting } from '../../model/configuration/shown.js';
import { generateDefaults } from '../generate/generate-defaults.js';
import { passphraseVariable } from './environment.js';
import { configurationInForce, type Environment, type InForceRequest, passphraseOf } from './in-force.js';

const place = { file: 'default' };

function defaultsOf(values: Readonly<Record<string, SettingValue>>): PlacedSettings {
  return new Map(
    Object.entries(values).flatMap(([name, value]) => (isSettingName(name) ? [[name, { value, place }]] : [])),
  );
}

/** What the commands do when nobody says otherwise. */
export const configurationDefaults: PlacedProduct = {
  settings: defaultsOf({
    output: 'update.zip',
    parts: 'a',
    modes: 'build',
    effort: generateDefaults.encoding.effort,
    engine: 'dfota',
    verify: generateDefaults.verify.level,
    profile: generateDefaults.verify.profile,
    powerCuts: 'none',
    bootUpdate: generateDefaults.bootUpdate,
    scriptDialect: generateDefaults.dialect,
    passphraseEnv: passphraseVariable,
  }),
  commands: new Map(),
};

/** Reads what is in force; throws as reading the configuration does. */
export async function showConfiguration(request: InForceRequest, variables: Environment): Promise<ShownConfiguration> {
  const { file, product, products, environment, places, findings } = await configurationInForce(request, variables);
  const fromEnvironment = new Set(
    [environment.settings, ...environment.commands.values()].flatMap((settings) => [...settings.values()]),
  );
  const shown = new Map<PlacedValue, ShownSetting & { commands: ConfiguredCommand[] }>();
  const layers = [...places, configurationDefaults];
  for (const command of configuredCommands) {
    for (const [name, placed] of settingsInForce(command, layers)) {
      if (!settingOf(name).commands.includes(command)) continue;
      const known = shown.get(placed);
      if (known === undefined) {
        const isDefault = placed.place === place;
        shown.set(placed, {
          name,
          value: shownValue(name, placed.value),
          commands: [command],
          from: isDefault ? 'default' : fromEnvironment.has(placed) ? 'environment' : 'file',
          place: isDefault ? undefined : placed.place,
        });
      } else known.commands.push(command);
    }
  }
  const variable = passphraseOf(places);
  return {
    file,
    product,
    products,
    settings: [...shown.values()].sort((a, b) => settingNames.indexOf(a.name) - settingNames.indexOf(b.name)),
    passphrase: { variable, isSet: (variables[variable] ?? '') !== '' },
    findings,
  };
}

/** A value without what may be a secret: what a program is started with, and the user of an address. */
function shownValue(name: SettingName, value: SettingValue): SettingValue | undefined {
  if (settingOf(name).secret === true) return undefined;
  const masked = (text: string): string => text.replace(/:\/\/[^/@\s]*@/g, '://…@');
  if (typeof value === 'string') return masked(value);
  return typeof value === 'object' ? value.map(masked) : value;
}
