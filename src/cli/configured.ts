/** Options of the configuration: what the command line leaves open, the environment and the configuration file say. */
import type { PlacedSettings, PlacedValue } from '../model/configuration/product.js';
import { type ConfiguredCommand, optionName, type SettingValue } from '../model/configuration/setting.js';
import { isOfForm } from '../model/configuration/setting-value.js';
import { isSettingName, type SettingName, type Settings, settingOf } from '../model/configuration/settings.js';
import type { RecordedConfiguration } from '../model/package-record.js';
import { findingsText } from '../report/findings.js';
import { configurationInForce, inForceFor } from '../usecases/configuration/in-force.js';
import { type OutputPath, refuseReplaced } from '../usecases/hold-apart.js';
import { emphasisOf, isStandardOutput } from './options.js';
import type { Session } from './session.js';

/** The options that choose the configuration. */
export const configurationOptions = {
  config: {
    type: 'string',
    describe: 'Configuration file',
    defaultDescription: 'dfota.config.yaml or .json, here or above',
    conflicts: 'no-config',
  },
  product: { type: 'string', describe: 'Product of the configuration', defaultDescription: 'the only one' },
  'no-config': { type: 'boolean', describe: 'Look for no configuration file' },
} as const;

/** Settings in the words of the command line, where sizes and numbers are texts. */
export type SettingWords = {
  readonly [Name in SettingName]?: Settings[Name] extends number | undefined ? string : Settings[Name];
};

/** The words that choose the configuration. */
export interface ConfigurationWords {
  readonly config?: string | undefined;
  readonly product?: string | undefined;
  readonly noConfig?: boolean | undefined;
}

/** The words that name what a command writes. */
interface OutputWords {
  readonly output?: string | undefined;
  readonly plan?: string | undefined;
  readonly provenance?: string | undefined;
  readonly sbom?: string | undefined;
  readonly cache?: string | undefined;
}

/** What a command goes by. */
export interface Configured<Words> {
  readonly words: Words & SettingWords & { readonly configuration?: RecordedConfiguration | undefined };
  /** Something stands in a configuration or in the environment. */
  readonly configured: boolean;
  /** The package that `generate` writes by the same configuration; without it there is none. */
  readonly generated: string | undefined;
}

/**
 * The options with what the configuration says of those that are not given. `positional`: settings that are given as words
 * without a dash. Tells which configuration counts.
 */
export async function configured<Words extends ConfigurationWords & OutputWords>(
  command: ConfiguredCommand,
  words: Words,
  positional: SettingWords,
  session: Pick<Session, 'given' | 'environment' | 'log' | 'logStyle'>,
): Promise<Configured<Words>> {
  const { config: file, product, noConfig: noFile } = words;
  await holdConfigurationApart(file, words);
  const inForce = await configurationInForce({ file, product, noFile }, session.environment);
  if (inForce.file !== undefined) session.log(`configuration: ${inForce.file}, product ${inForce.product}`);
  if (inForce.findings.length > 0) session.log(findingsText(inForce.findings, emphasisOf(session.logStyle)));
  const flags = new Map<SettingName, PlacedValue>();
  const place = { file: 'command line' };
  for (const [name, value] of Object.entries(words)) {
    const isGiven = isSettingName(name) && session.given.has(optionName(name));
    if (isGiven && settingOf(name).commands.includes(command)) flags.set(name, { value, place });
  }
  for (const [name, value] of Object.entries(positional)) {
    if (isSettingName(name) && value !== undefined) flags.set(name, { value, place });
  }
  const all = inForceFor(command, flags, inForce);
  const open = new Map([...all].filter(([name]) => !flags.has(name)));
  const { file: foundFile, product: foundProduct } = inForce;
  const configuration =
    foundFile === undefined || foundProduct === undefined ? undefined : { file: foundFile, product: foundProduct };
  const merged = { ...words, ...positional, ...settingWords(open), configuration };
  await holdConfigurationApart(inForce.file, merged);
  const output = inForceFor('generate', new Map(), inForce).get('output')?.value;
  return {
    words: merged,
    configured: inForce.file !== undefined || open.size > 0,
    generated: typeof output === 'string' ? output : inForce.file === undefined ? undefined : 'update.zip',
  };
}

/** Throws UsageError where the command would write over the configuration. */
async function holdConfigurationApart(
  file: string | undefined,
  { output, plan, provenance, sbom, cache }: OutputWords,
): Promise<void> {
  if (file === undefined) return;
  const written: OutputPath[] = [];
  const add = (role: string, path: string | undefined, kind: OutputPath['kind']): void => {
    if (path !== undefined && !isStandardOutput(path)) written.push({ role, path, kind });
  };
  add('the output', output, 'file');
  add('the plan', plan, 'text');
  add('the provenance', provenance, 'file');
  add('the list of packages', sbom, 'file');
  add('the cache', cache, 'store');
  await refuseReplaced({ role: 'the configuration', path: file }, written);
}

function settingWords(settings: PlacedSettings): SettingWords {
  const words: object = Object.fromEntries([...settings].map(([name, { value }]) => [name, wordOf(value)]));
  if (areWords(words)) return words;
  throw new TypeError('a value is not of the form of its setting');
}

function wordOf(value: SettingValue): SettingValue {
  return typeof value === 'number' ? String(value) : value;
}

function areWords(words: object): words is SettingWords {
  return Object.entries(words).every(([name, value]) => {
    if (!isSettingName(name)) return false;
    const form = settingOf(name);
    const isNumber = form.kind === 'size' || form.kind === 'count';
    return isNumber ? typeof value === 'string' : isOfForm(form, value);
  });
}
