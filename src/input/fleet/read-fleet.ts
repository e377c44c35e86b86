/** Reads fleet.yaml: products with their archive, sources, targets and output, and how their packages are made. */
import { dirname, isAbsolute, relative } from 'node:path';
import type { Located, LocatedField } from '../../formats/text/located-yaml.js';
import {
  type PlacedProduct,
  type PlacedValue,
  plainSettings,
  settingsInForce,
} from '../../model/configuration/product.js';
import { optionName } from '../../model/configuration/setting.js';
import { type SettingName, settingNames, settingOf } from '../../model/configuration/settings.js';
import { type Fault, InputError } from '../../model/errors.js';
import type { Fleet, FleetProduct, Placed } from '../../model/fleet.js';
import type { Configuration } from '../configuration/read-configuration.js';
import { fieldsOf, placeOf, readSetting, rootOf, type SettingsFile } from '../configuration/read-product.js';
import { readBudgets, readFlag, readPolicy, readText, readTexts, wrong } from './fleet-values.js';

/** Settings of `generate` that a fleet says in another way, or the run says. */
const otherwise: readonly SettingName[] = [
  'source',
  'from',
  'fromArchive',
  'sourceVersion',
  'target',
  'output',
  'plan',
  'noRecord',
  'provenance',
  'sbom',
  'builderId',
  'cache',
  'cacheReadOnly',
  'noCache',
  'withRollback',
  'lists',
  'starterLists',
  'companion',
  // It is for a comparison with the classic encoder, not for what leaves.
  'engine',
];

/** The settings of `generate` that hold for the packages of a fleet. */
export const fleetSettings: readonly SettingName[] = settingNames.filter(
  (name) => settingOf(name).commands.includes('generate') && !otherwise.includes(name),
);

/** The keys of a product beside those settings. */
export const fleetKeys = [
  'archive',
  'sources',
  'targets',
  'output',
  'lists',
  'budgets',
  'policy',
  'with-rollback',
] as const;

type FleetKey = (typeof fleetKeys)[number];

/** What a product, or the defaults, say. */
interface Said {
  readonly keys: ReadonlyMap<FleetKey, LocatedField>;
  readonly settings: ReadonlyMap<SettingName, PlacedValue>;
}

/** The keys of the file beside its products. */
export const fleetTopKeys = ['$schema', 'configuration', 'cache', 'cache-read-only', 'defaults', 'products'] as const;

/** The configuration whose products the fleet shares, as the file names it; undefined where it names none. Throws InputError. */
export function sharedConfiguration(text: string, file: string): Placed | undefined {
  const root = rootOf(text, file, 'the file');
  const at = root?.value.kind === 'map' ? root.value.fields.get('configuration') : undefined;
  const of: SettingsFile = { file, faults: [] };
  const named = at && readText(at.value, 'configuration', of);
  if (of.faults.length > 0) throw new InputError(of.faults);
  return named;
}

/** Parses the text of a fleet's file, with the configuration that it shares products with. Throws InputError with every fault, each at its line and column. */
export function parseFleet(text: string, file: string, configuration?: Configuration): Fleet {
  const root = rootOf(text, file, 'the file');
  const faults: Fault[] = [];
  const of = { file, faults };
  const products: FleetProduct[] = [];
  const top = new Map(root === undefined ? [] : fieldsOf(root, 'a fleet', fleetTopKeys, of));
  const common = top.get('defaults');
  const defaults = common === undefined ? { keys: new Map(), settings: new Map() } : readSaid(common.value, of);
  const cache = top.get('cache');
  const fleet = {
    file,
    cache: cache && readText(cache.value, 'cache', of)?.text,
    cacheReadOnly: readFlag(top.get('cache-read-only'), 'cache-read-only', of),
  };
  const named = top.get('products')?.value;
  if (named?.value.kind === 'map' && named.value.fields.size > 0) {
    for (const [name, field] of named.value.fields) {
      const alike = configuration?.products.get(name);
      const shared = [alike, configuration?.defaults].filter((product) => product !== undefined);
      const product = readFleetProduct(name, field, { defaults, shared }, of);
      if (product !== undefined) products.push(product);
    }
  } else if (faults.length === 0) {
    faults.push({
      code: 'configuration-value',
      place: named === undefined ? { file } : placeOf(file, named),
      message: 'the fleet names no product',
      expected: 'products:, and below it for each a name with archive:, sources:, targets: and output:',
    });
  }
  if (faults.length > 0) throw new InputError(faults);
  return { ...fleet, products };
}

function isFleetKey(name: string): name is FleetKey {
  return fleetKeys.some((key) => key === name);
}

function readSaid(at: Located, of: SettingsFile): Said {
  const keys = new Map<FleetKey, LocatedField>();
  const settings = new Map<SettingName, PlacedValue>();
  for (const [name, field] of fieldsOf(at, 'a product', [...fleetKeys, ...fleetSettings.map(optionName)], of)) {
    if (isFleetKey(name)) keys.set(name, field);
    else readSetting(name, field, settings, of);
  }
  return { keys, settings };
}

function readFleetProduct(
  name: string,
  { key, value }: LocatedField,
  { defaults, shared }: { readonly defaults: Said; readonly shared: readonly PlacedProduct[] },
  of: SettingsFile,
): FleetProduct | undefined {
  const before = of.faults.length;
  const said = readSaid(value, of);
  const keys = new Map([...defaults.keys, ...said.keys]);
  const at = placeOf(of.file, key);
  const fault = (message: string, expected: string): void => {
    of.faults.push({ code: 'configuration-value', place: at, message, expected });
  };
  if (!/[A-Za-z0-9]/.test(name)) fault('the name of a product has no letter', 'a name such as gateway');
  for (const wanted of ['archive', 'sources', 'targets', 'output'] as const) {
    if (!keys.has(wanted)) fault(`the product ${name} has no ${wanted}`, `${wanted}: …`);
  }
  const text = (wanted: FleetKey): Placed | undefined => {
    const field = keys.get(wanted);
    return field && readText(field.value, wanted, of);
  };
  const [archive, output, lists] = [text('archive'), text('output'), text('lists')];
  const sources = keys.get('sources');
  const table = sources && readField(sources.value, of);
  const texts = (field: LocatedField | undefined, what: string) => (field ? readTexts(field.value, what, of) : []);
  const product = {
    name,
    sources: table === undefined ? texts(sources, 'sources') : [],
    field: table,
    targets: texts(keys.get('targets'), 'targets'),
    lists: lists?.text ?? sharedLists(shared, of),
    budget: readBudgets(keys.get('budgets'), of),
    withRollback: readFlag(keys.get('with-rollback'), 'with-rollback', of),
    policy: readPolicy(keys.get('policy'), of),
    settings: settingsOf([said, defaults], shared),
  };
  if (archive === undefined || output === undefined || of.faults.length > before) return undefined;
  return { ...product, archive: archive.text, output };
}

function settingsOf(said: readonly Said[], shared: readonly PlacedProduct[]): FleetProduct['settings'] {
  const own = said.map(({ settings }) => ({ settings, commands: new Map() }));
  const inForce = settingsInForce('generate', [...own, ...shared]);
  return plainSettings(new Map([...inForce].filter(([name]) => fleetSettings.includes(name))));
}

/** The lists of the configuration's product, as they are reached from the folder of the fleet's file. */
function sharedLists(shared: readonly PlacedProduct[], { file }: SettingsFile): string | undefined {
  const { lists } = plainSettings(settingsInForce('generate', shared));
  return lists === undefined || isAbsolute(lists) ? lists : relative(dirname(file), lists) || '.';
}

/** `{field: versions.csv}`. */
function readField(at: Located, of: SettingsFile): Placed | undefined {
  if (at.value.kind !== 'map') return undefined;
  const [[, field] = []] = fieldsOf(at, 'sources', ['field'], of);
  if (field !== undefined) return readText(field.value, 'field', of);
  if (of.faults.length === 0) wrong(at, 'sources', 'a list of versions, or field: versions.csv', of);
  return undefined;
}
