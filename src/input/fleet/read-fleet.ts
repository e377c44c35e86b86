/** Reads fleet.yaml: products with their archive, sources, targets and output, and how their packages are made. */
import { type Located, type LocatedField, showLocated, textOf } from '../../formats/text/located-yaml.js';
import { type PlacedValue, plainSettings, settingsInForce } from '../../model/configuration/product.js';
import { optionName } from '../../model/configuration/setting.js';
import { type SettingName, settingNames, settingOf } from '../../model/configuration/settings.js';
import { type Fault, InputError } from '../../model/errors.js';
import type { Fleet, FleetPolicy, FleetProduct, Placed } from '../../model/fleet.js';
import { longestVersionPattern } from '../../model/limits/fleet.js';
import { parseSize } from '../../model/size-words.js';
import { fieldsOf, placeOf, readSetting, rootOf, type SettingsFile } from '../configuration/read-product.js';

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
  'builderId',
  'cache',
  'noCache',
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
  'companion',
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

/** Parses the text of a fleet's file. Throws InputError with every fault, each at its line and column. */
export function parseFleet(text: string, file: string): Fleet {
  const root = rootOf(text, file, 'the file');
  const faults: Fault[] = [];
  const of = { file, faults };
  const products: FleetProduct[] = [];
  const top = new Map(root === undefined ? [] : fieldsOf(root, 'a fleet', ['$schema', 'defaults', 'products'], of));
  const common = top.get('defaults');
  const defaults = common === undefined ? { keys: new Map(), settings: new Map() } : readSaid(common.value, of);
  const named = top.get('products')?.value;
  if (named?.value.kind === 'map' && named.value.fields.size > 0) {
    for (const [name, field] of named.value.fields) {
      const product = readFleetProduct(name, field, defaults, of);
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
  return { file, products };
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
  defaults: Said,
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
  const [archive, output, lists, companion] = [text('archive'), text('output'), text('lists'), text('companion')];
  const sources = keys.get('sources');
  const table = sources && readField(sources.value, of);
  const texts = (field: LocatedField | undefined, what: string) => (field ? readTexts(field.value, what, of) : []);
  const product = {
    name,
    sources: table === undefined ? texts(sources, 'sources') : [],
    field: table,
    targets: texts(keys.get('targets'), 'targets'),
    lists: lists?.text,
    companion: companion?.text,
    budget: readBudgets(keys.get('budgets'), of),
    withRollback: readFlag(keys.get('with-rollback'), of),
    policy: readPolicy(keys.get('policy'), of),
    settings: settingsOf(said, defaults),
  };
  if (archive === undefined || output === undefined || of.faults.length > before) return undefined;
  return { ...product, archive: archive.text, output };
}

function settingsOf(said: Said, defaults: Said): FleetProduct['settings'] {
  const place = (settings: Said['settings']) => ({ settings, commands: new Map() });
  return plainSettings(settingsInForce('generate', [place(said.settings), place(defaults.settings)]));
}

function wrong(at: Located, what: string, expected: string, { file, faults }: SettingsFile): void {
  const found = showLocated(at);
  faults.push({
    code: 'configuration-value',
    place: placeOf(file, at),
    message: `${what} is not valid`,
    found,
    expected,
  });
}

function readText(at: Located, what: string, of: SettingsFile): Placed | undefined {
  const text = at.value.kind === 'flag' ? undefined : textOf(at);
  if (text !== undefined && text !== '' && text.length <= longestVersionPattern && !text.includes('\0')) {
    return { text, place: placeOf(of.file, at) };
  }
  wrong(at, what, 'a text', of);
  return undefined;
}

function readTexts(at: Located, what: string, of: SettingsFile): readonly Placed[] {
  const items = at.value.kind === 'list' ? at.value.items : [at];
  if (items.length === 0) wrong(at, what, 'a list of versions, or of patterns such as "A01_01.00[1-4]"', of);
  return items.map((item) => readText(item, what, of)).filter((text) => text !== undefined);
}

/** `{field: versions.csv}`. */
function readField(at: Located, of: SettingsFile): Placed | undefined {
  if (at.value.kind !== 'map') return undefined;
  const [[, field] = []] = fieldsOf(at, 'sources', ['field'], of);
  if (field !== undefined) return readText(field.value, 'field', of);
  if (of.faults.length === 0) wrong(at, 'sources', 'a list of versions, or field: versions.csv', of);
  return undefined;
}

function readFlag(field: LocatedField | undefined, of: SettingsFile): boolean {
  if (field === undefined) return false;
  const { value } = field.value;
  if (value.kind === 'flag') return value.flag;
  wrong(field.value, 'with-rollback', 'true or false', of);
  return false;
}

function readBudgets(field: LocatedField | undefined, of: SettingsFile): number | undefined {
  if (field === undefined) return undefined;
  const [[, value] = []] = fieldsOf(field.value, 'budgets', ['package'], of);
  if (value === undefined) return undefined;
  const text = value.value.value.kind === 'flag' ? undefined : textOf(value.value);
  const bytes = text === undefined ? undefined : parseSize(text);
  // A bare number is bytes elsewhere; of a budget nobody means 60 bytes.
  if (bytes !== undefined && text !== undefined && /[a-z]$/i.test(text)) return bytes;
  const place = placeOf(of.file, value.value);
  of.faults.push(
    bytes === undefined
      ? {
          code: 'configuration-value',
          place,
          message: 'the budget is not valid',
          found: text,
          expected: 'a size such as 60MB',
        }
      : {
          code: 'fleet-budget-unit',
          place,
          message: 'the budget has no unit',
          found: text,
          expected: 'a size with its unit, such as 60MB, 512K or 4096B',
        },
  );
  return undefined;
}

const policyKeys = ['downgrade', 'back', 'beyond', 'chains'];

function readPolicy(field: LocatedField | undefined, of: SettingsFile): FleetPolicy {
  const said = new Map(field === undefined ? [] : fieldsOf(field.value, 'the policy', policyKeys, of));
  const choice = <const Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word => {
    const at = said.get(name)?.value;
    const found = at === undefined ? words[0] : words.find((word) => word === textOf(at));
    if (found === undefined && at !== undefined) wrong(at, name, words.join(', '), of);
    return found ?? words[0];
  };
  const back = said.get('back')?.value;
  let versions: number | undefined;
  if (back !== undefined) {
    versions = back.value.kind === 'number' ? back.value.number : Number.NaN;
    if (!Number.isSafeInteger(versions) || versions < 1) wrong(back, 'back', 'a number of versions from 1', of);
  }
  const chains = said.get('chains')?.value;
  const pairs: { from: Placed; over: Placed }[] = [];
  if (chains?.value.kind === 'map') {
    for (const [from, { key, value }] of chains.value.fields) {
      const over = readText(value, 'a chain', of);
      if (over !== undefined) pairs.push({ from: { text: from, place: placeOf(of.file, key) }, over });
    }
  } else if (chains !== undefined) wrong(chains, 'chains', 'lines of the form "version: version on the way"', of);
  return {
    downgrade: choice('downgrade', ['forbidden', 'allowed']),
    back: versions,
    beyond: choice('beyond', ['none', 'chain', 'whole']),
    chains: pairs,
  };
}
