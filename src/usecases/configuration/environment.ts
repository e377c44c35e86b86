/** Settings out of the environment: `DFOTA_EFFORT` for every command that has the option, `DFOTA_AUDIT_OUTPUT` for one of them. */
import type { PlacedProduct, PlacedSettings, PlacedValue } from '../../model/configuration/product.js';
import { type ConfiguredCommand, configuredCommands, variableName } from '../../model/configuration/setting.js';
import { expectedOf, parseSettingText } from '../../model/configuration/setting-value.js';
import { type SettingName, settingNames, settingOf } from '../../model/configuration/settings.js';
import { type Fault, InputError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { nearestName } from '../../model/nearest.js';

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that holds the passphrase of a key where none is named. */
export const passphraseVariable = 'DFOTA_KEY_PASSPHRASE';

/** Variables that are no settings of a command. */
export const otherVariables = [
  'DFOTA_CONFIG',
  'DFOTA_PRODUCT',
  'DFOTA_DEBUG',
  'DFOTA_CACHE_TOKEN',
  passphraseVariable,
] as const;

const prefix = 'DFOTA_';

/** What the environment says. Throws InputError for every value that is not valid; an empty one says nothing. */
export function readEnvironment(environment: Environment): PlacedProduct {
  const faults: Fault[] = [];
  const read = (variable: string, name: SettingName): readonly (readonly [SettingName, PlacedValue])[] => {
    const text = environment[variable];
    if (text === undefined || text === '') return [];
    const form = settingOf(name);
    const value = parseSettingText(form, text);
    const place = { file: variable };
    if (value !== undefined) return [[name, { value, place }]];
    faults.push({
      code: 'environment-value',
      place,
      message: 'the value of this variable of the environment is not valid',
      found: text,
      expected: expectedOf(form),
    });
    return [];
  };
  const settings: PlacedSettings = new Map(settingNames.flatMap((name) => read(prefix + variableName(name), name)));
  const commands = new Map(
    configuredCommands.map((command): [ConfiguredCommand, PlacedSettings] => {
      const names = settingNames.filter((name) => settingOf(name).commands.includes(command));
      return [command, new Map(names.flatMap((name) => read(variableOf(command, name), name)))];
    }),
  );
  if (faults.length > 0) throw new InputError(faults);
  return { settings, commands };
}

function variableOf(command: ConfiguredCommand, name: SettingName): string {
  return `${prefix}${command.toUpperCase()}_${variableName(name)}`;
}

/** A warning for each variable of ours that nothing reads, with the one that was probably meant. Values are not shown. */
export function unknownVariables(environment: Environment, passphrase: string | undefined): readonly Finding[] {
  const known = new Set<string>([
    ...otherVariables,
    ...settingNames.flatMap((name) => [
      prefix + variableName(name),
      ...settingOf(name).commands.map((command) => variableOf(command, name)),
    ]),
  ]);
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !known.has(name) && name !== passphrase)
    .sort()
    .map((file): Finding => {
      const meant = nearestName(file, known);
      return {
        severity: 'warning',
        code: 'variable-unknown',
        place: { file },
        message: 'nothing reads this variable of the environment',
        remedy: meant === undefined ? 'unset it, or see docs/configuration.md for the names' : `did you mean ${meant}?`,
      };
    });
}
