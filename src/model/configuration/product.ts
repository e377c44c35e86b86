/** A product of a configuration: its builds, lists, outputs and options, as plain data. */
import type { Place } from '../errors.js';
import { type ConfiguredCommand, configuredCommands, type SettingValue } from './setting.js';
import { isOfForm } from './setting-value.js';
import { isSettingName, rivals, type SettingName, type Settings, settingOf } from './settings.js';

/** What a product is made from and how. What a command's own section says counts for that command, over the rest. */
export interface Product extends Settings {
  readonly commands?: Readonly<Partial<Record<ConfiguredCommand, Settings>>> | undefined;
}

/** A value, and where it was read. */
export interface PlacedValue {
  readonly value: SettingValue;
  readonly place: Place;
}

/** Settings as they were read. */
export type PlacedSettings = ReadonlyMap<SettingName, PlacedValue>;

/** A product as it was read. */
export interface PlacedProduct {
  readonly settings: PlacedSettings;
  readonly commands: ReadonlyMap<ConfiguredCommand, PlacedSettings>;
}

/** A product of which nothing is said. */
export const noProduct: PlacedProduct = { settings: new Map(), commands: new Map() };

/**
 * What holds for a command, of places that may say it, the strongest first: of each place its section for the command,
 * then what it says for all. A setting that a rival of a stronger place stands in for is left out.
 */
export function settingsInForce(command: ConfiguredCommand, places: readonly PlacedProduct[]): PlacedSettings {
  const found = new Map<SettingName, PlacedValue>();
  const layers = places.flatMap(({ settings, commands }): PlacedSettings[] => [
    commands.get(command) ?? new Map(),
    new Map([...settings].filter(([name]) => isSharedWith(name, command))),
  ]);
  for (const layer of layers) {
    const stronger = [...found].filter(([, { value }]) => value !== false).map(([name]) => name);
    for (const [name, value] of layer) {
      if (!found.has(name) && !stronger.some((other) => areRivals(name, other))) found.set(name, value);
    }
  }
  return found;
}

/** Whether two settings cannot both be said in one place. */
function areRivals(one: SettingName, other: SettingName): boolean {
  return one !== other && rivals.some((group) => group.includes(one) && group.includes(other));
}

/** Pairs of settings that stand in one place and do not go together; the second of each is the one that came later. */
export function rivalsIn(settings: PlacedSettings): readonly (readonly [SettingName, SettingName, PlacedValue])[] {
  const said = [...settings].filter(([, { value }]) => value !== false);
  return said.flatMap(([name, value], at) => {
    const other = said.slice(0, at).find(([earlier]) => areRivals(name, earlier));
    return other === undefined ? [] : [[other[0], name, value] as const];
  });
}

/** The settings without their places. */
export function plainSettings(placed: PlacedSettings): Settings {
  const values: object = Object.fromEntries([...placed].map(([name, { value }]) => [name, value]));
  if (areSettings(values)) return values;
  throw new TypeError('a value is not of the form of its setting');
}

function areSettings(values: object): values is Settings {
  return Object.entries(values).every(([name, value]) => isSettingName(name) && isOfForm(settingOf(name), value));
}

/** Whether a command takes a setting from the product itself, without a section of its own. */
export function isSharedWith(name: SettingName, command: ConfiguredCommand): boolean {
  const { shared, commands } = settingOf(name);
  return (shared ?? commands).includes(command);
}

/** Whether a text is the name of a command with settings. */
export function isConfiguredCommand(name: string): name is ConfiguredCommand {
  return configuredCommands.some((each) => each === name);
}

/** The names that a text of another case or form may mean: `cache-size` is `cacheSize`. */
export function settingNameOf(option: string): SettingName | undefined {
  const name = option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return isSettingName(name) && !/[A-Z]/.test(option) ? name : undefined;
}
