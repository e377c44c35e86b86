/** The text of a new configuration: what is known of the folder, and the rest as comments. */
import { optionName } from '../../model/configuration/setting.js';
import { type SettingName, settingOf } from '../../model/configuration/settings.js';

/** What a new configuration says. */
export interface NewConfiguration {
  readonly product: string;
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly lists?: string | undefined;
}

/** What is left as a comment, with an example. */
const offered: readonly (readonly [SettingName, string])[] = [
  ['parts', 'lm'],
  ['effort', 'best'],
  ['verify', 'full'],
  ['cacheSize', '64M'],
  ['usrdataFree', '64M'],
  ['allow', '[boot-image-gone]'],
];

/** The text, as YAML. */
export function configurationFile({ product, source, target, lists }: NewConfiguration): string {
  const said = (name: SettingName, value: string | undefined, example: string): string[] => [
    `    # ${settingOf(name).about}`,
    value === undefined ? `    # ${optionName(name)}: ${example}` : `    ${optionName(name)}: ${scalar(value)}`,
  ];
  return `${[
    '# yaml-language-server: $schema=node_modules/dfota/docs/schemas/configuration.schema.json',
    '# Paths are relative to this file. Keys are the options of the commands, without the dashes; see docs/configuration.md.',
    '# dfota config shows what is in force; DFOTA_EFFORT=best and the like stand over this file.',
    'products:',
    `  ${scalar(product)}:`,
    ...said('source', source, 'releases/*/targetfiles.zip'),
    ...said('target', target, 'build/targetfiles.zip'),
    ...said('lists', lists, 'lists'),
    ...said('output', 'update.zip', ''),
    ...offered.flatMap(([name, example]) => said(name, undefined, example)),
    '    commands:',
    '      audit:',
    '        output: audit.html',
    '      # release:',
    '      #   output: release.tar.gz',
    '      #   scheme: le',
    '      #   key: key.pem',
  ].join('\n')}\n`;
}

/** A text as YAML reads it back: bare where that is safe, else in the quotes of JSON. */
function scalar(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null)$/i.test(text) ? text : JSON.stringify(text);
}
