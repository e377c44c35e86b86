/** Reads a product, or any mapping of settings, out of YAML or JSON: a configuration and the file of a fleet hold the same. */
import { dirname, isAbsolute, join } from 'node:path';
import { type Located, type LocatedField, parseYaml, showLocated, textOf } from '../../formats/text/located-yaml.js';
import {
  isConfiguredCommand,
  type PlacedProduct,
  type PlacedSettings,
  type PlacedValue,
  rivalsIn,
  settingNameOf,
} from '../../model/configuration/product.js';
import {
  type ConfiguredCommand,
  configuredCommands,
  optionName,
  type SettingForm,
  type SettingValue,
} from '../../model/configuration/setting.js';
import { expectedOf, parseSettingText, startingIn } from '../../model/configuration/setting-value.js';
import { type SettingName, settingNames, settingOf } from '../../model/configuration/settings.js';
import { type Fault, InputError, type Place } from '../../model/errors.js';
import { nearestName } from '../../model/nearest.js';

/** Where faults go, and what they are of. */
export interface SettingsFile {
  /** As the user named it; relative paths in it start in its folder. */
  readonly file: string;
  readonly faults: Fault[];
}

/** The root of the text; `undefined` where it holds nothing. Throws InputError with every fault of its syntax. `what`: the configuration. */
export function rootOf(text: string, file: string, what: string): Located | undefined {
  const { root, problems } = parseYaml(text);
  if (problems.length === 0) return root;
  throw new InputError(
    problems.map(({ line, column, message }) => ({
      code: 'configuration-syntax',
      place: { file, line, column },
      message: `${what} is neither YAML nor JSON: ${message}`,
    })),
  );
}

/** Reads a product; what is wrong with it is added to the faults, each at its line and column. */
export function readProduct(at: Located, of: SettingsFile): PlacedProduct {
  const settings = new Map<SettingName, PlacedValue>();
  const commands = new Map<ConfiguredCommand, ReadonlyMap<SettingName, PlacedValue>>();
  const known = [...settingNames.map(optionName), 'commands'];
  for (const [name, field] of fieldsOf(at, 'a product', known, of)) {
    if (name !== 'commands') {
      readSetting(name, field, settings, of);
      continue;
    }
    for (const [command, section] of fieldsOf(field.value, 'commands', configuredCommands, of)) {
      if (isConfiguredCommand(command)) commands.set(command, readSection(command, section.value, of));
    }
  }
  refuseRivals(settings, of);
  return { settings, commands };
}

function readSection(command: ConfiguredCommand, at: Located, of: SettingsFile): ReadonlyMap<SettingName, PlacedValue> {
  const settings = new Map<SettingName, PlacedValue>();
  const known = settingNames.filter((name) => settingOf(name).commands.includes(command)).map(optionName);
  for (const [name, field] of fieldsOf(at, `the section of ${command}`, known, of)) {
    readSetting(name, field, settings, of);
  }
  refuseRivals(settings, of);
  return settings;
}

function refuseRivals(settings: PlacedSettings, { faults }: SettingsFile): void {
  for (const [one, other, { place }] of rivalsIn(settings)) {
    faults.push({
      code: 'configuration-value',
      place,
      message: `${optionName(one)} and ${optionName(other)} do not go together`,
      remedy: 'keep one of them',
    });
  }
}

/** The fields of a mapping that are known; for the others a fault with the name that was probably meant. */
export function fieldsOf(
  at: Located,
  what: string,
  known: readonly string[],
  { file, faults }: SettingsFile,
): readonly (readonly [string, LocatedField])[] {
  if (at.value.kind === 'other' && at.value.shown === 'nothing') return [];
  if (at.value.kind !== 'map') {
    faults.push({
      code: 'configuration-value',
      place: placeOf(file, at),
      message: `${what} is not a mapping`,
      found: showLocated(at),
      expected: 'lines of the form "name: value"',
    });
    return [];
  }
  return [...at.value.fields].filter(([name, { key }]) => {
    if (known.includes(name)) return true;
    faults.push(unknownKey(name, key, what, known, file));
    return false;
  });
}

function unknownKey(name: string, key: Located, what: string, known: readonly string[], file: string): Fault {
  const secret = /pass(word|phrase)|token|secret/i.test(name) && !known.includes(name);
  const meant = nearestName(name.replaceAll('_', '-'), known) ?? nearestName(optionName(name), known);
  return {
    code: 'configuration-key',
    place: placeOf(file, key),
    message: `${what} has no key of this name`,
    found: name === '' ? showLocated(key) : name,
    expected: meant === undefined ? known.join(', ') : undefined,
    remedy: secret
      ? 'secrets do not belong into a file: the passphrase of a key comes from the environment (DFOTA_KEY_PASSPHRASE) or a prompt'
      : meant === undefined
        ? undefined
        : `did you mean ${meant}?`,
  };
}

/** Reads one setting; what is wrong with it is added to the faults. */
export function readSetting(
  option: string,
  { key, value }: LocatedField,
  into: Map<SettingName, PlacedValue>,
  { file, faults }: SettingsFile,
): void {
  const name = settingNameOf(option);
  if (name === undefined) return;
  const form = settingOf(name);
  const read = readValue(form, value);
  if (read === undefined) {
    faults.push({
      code: 'configuration-value',
      place: placeOf(file, value),
      message: `the value of ${option} is not valid`,
      found: form.secret === true ? undefined : showLocated(value),
      expected: expectedOf(form),
    });
    return;
  }
  into.set(name, { value: startingIn(form, read, fromFolderOf(file)), place: placeOf(file, key) });
}

/** The value of a node; a list may be a single text. */
function readValue(form: SettingForm, at: Located): SettingValue | undefined {
  const { value } = at;
  if (form.kind === 'flag') return value.kind === 'flag' ? value.flag : undefined;
  if (form.kind === 'size' && value.kind === 'number') {
    return Number.isSafeInteger(value.number) && value.number >= 0 ? value.number : undefined;
  }
  if (form.kind === 'texts' || form.kind === 'builds') {
    const items = value.kind === 'list' ? value.items.map(wordOf) : [wordOf(at)];
    const texts = items.filter((item) => item !== undefined && item !== '').map(String);
    return texts.length === items.length && texts.length > 0 ? texts : undefined;
  }
  const text = wordOf(at);
  return text === undefined ? undefined : parseSettingText(form, text);
}

/** A text, or a number as it is written: a version may look like one. */
function wordOf(at: Located): string | undefined {
  return at.value.kind === 'flag' ? undefined : textOf(at);
}

/** Paths as they are reached from where the run stands. */
function fromFolderOf(file: string): (path: string) => string {
  const folder = dirname(file);
  return (path) =>
    path === '-' || /^https?:\/\//i.test(path) || isAbsolute(path) || folder === '.' ? path : join(folder, path);
}

/** The place of a node in its file. */
export function placeOf(file: string, { line, column }: Pick<Located, 'line' | 'column'>): Place {
  return { file, line, column };
}
