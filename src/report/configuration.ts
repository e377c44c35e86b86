/** What is in force, as text and as JSON. */
import { configuredCommands, optionName, type SettingValue } from '../model/configuration/setting.js';
import type { ShownConfiguration, ShownSetting } from '../model/configuration/shown.js';
import { showPlace } from '../model/errors.js';
import { tableLines } from './table.js';

/** A table of the values, with where each came from. */
export function configurationText({ file, product, products, settings, passphrase }: ShownConfiguration): string {
  const rows = settings.map((setting) => [
    optionName(setting.name),
    setting.value === undefined ? '(not shown)' : showValue(setting.value),
    commandsOf(setting),
    setting.place === undefined ? 'default' : showPlace(setting.place),
  ]);
  const others = products.filter((name) => name !== product);
  return [
    file === undefined
      ? 'no configuration file, here or above'
      : `${file}, product ${product}${others.length === 0 ? '' : ` (others: ${others.join(', ')})`}`,
    '',
    ...tableLines([{ heading: 'setting' }, { heading: 'value' }, { heading: 'for' }, { heading: 'from' }], rows),
    '',
    `passphrase of a key: ${passphrase.variable}, ${passphrase.isSet ? 'set' : 'not set'}`,
  ].join('\n');
}

/** The JSON document of `dfota config --json`. */
export function configurationJson({ settings, file, product, ...rest }: ShownConfiguration): string {
  const document = {
    format: 'dfota-config',
    version: 1,
    file: file ?? null,
    product: product ?? null,
    products: rest.products,
    settings: settings.map(({ name, value, ...more }) => ({ name: optionName(name), value: value ?? null, ...more })),
    passphrase: rest.passphrase,
    findings: rest.findings,
  };
  return JSON.stringify(document, null, 2);
}

function showValue(value: SettingValue): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}

function commandsOf({ commands }: ShownSetting): string {
  return commands.length === configuredCommands.length ? 'all' : commands.join(', ');
}
