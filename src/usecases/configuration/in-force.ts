/** What is in force: the environment over the product over the defaults of the configuration file. */
import {
  noProduct,
  type PlacedProduct,
  type PlacedSettings,
  type PlacedValue,
  settingsInForce,
} from '../../model/configuration/product.js';
import type { ConfiguredCommand } from '../../model/configuration/setting.js';
import { UsageError } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';
import { nearestName } from '../../model/nearest.js';
import { type Environment, passphraseVariable, readEnvironment, unknownVariables } from './environment.js';
import { type Configuration, type ConfigurationRequest, openConfiguration } from './open-configuration.js';

export type { Environment } from './environment.js';

/** Which configuration, and which product of it. */
export interface InForceRequest extends ConfigurationRequest {
  readonly product?: string | undefined;
  /** No file is looked for: only the environment counts. */
  readonly noFile?: boolean | undefined;
}

/** The places that say something, the strongest first, and what they say. */
export interface InForce {
  readonly file?: string | undefined;
  readonly product?: string | undefined;
  /** The names of all products of the file. */
  readonly products: readonly string[];
  readonly environment: PlacedProduct;
  readonly places: readonly PlacedProduct[];
  readonly findings: readonly Finding[];
}

/**
 * Reads the environment and the configuration. Throws InputError for what is wrong in them, UsageError where several products
 * stand there and none is named, and where the one that is named is not there.
 */
export async function configurationInForce(request: InForceRequest, variables: Environment): Promise<InForce> {
  const environment = readEnvironment(variables);
  const given = request.file ?? wordOf(variables.DFOTA_CONFIG);
  const wanted = request.product ?? wordOf(variables.DFOTA_PRODUCT);
  const configuration =
    request.noFile === true ? undefined : await openConfiguration({ file: given, from: request.from });
  if (configuration === undefined) {
    if (wanted !== undefined && request.product !== undefined) throw noConfiguration(wanted);
    const findings = unknownVariables(variables, passphraseOf([environment]));
    return { products: [], environment, places: [environment], findings };
  }
  const name = chooseProduct(configuration, wanted);
  const places = [environment, configuration.products.get(name) ?? noProduct, configuration.defaults];
  return {
    file: configuration.file,
    product: name,
    products: [...configuration.products.keys()],
    environment,
    places,
    findings: unknownVariables(variables, passphraseOf(places)),
  };
}

/** The variable that holds the passphrase of the key, as the places say it. */
export function passphraseOf(places: readonly PlacedProduct[]): string {
  const value = settingsInForce('release', places).get('passphraseEnv')?.value;
  return typeof value === 'string' ? value : passphraseVariable;
}

/** What a command goes by, with what stands on its command line over all. */
export function inForceFor(command: ConfiguredCommand, flags: PlacedSettings, inForce: InForce): PlacedSettings {
  return settingsInForce(command, [{ settings: noSettings, commands: new Map([[command, flags]]) }, ...inForce.places]);
}

const noSettings: PlacedSettings = new Map<never, PlacedValue>();

function wordOf(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function chooseProduct({ file, products }: Configuration, wanted: string | undefined): string {
  const names = [...products.keys()];
  const [only] = names;
  if (wanted === undefined && only !== undefined && names.length === 1) return only;
  if (wanted !== undefined && products.has(wanted)) return wanted;
  const meant = wanted === undefined ? undefined : nearestName(wanted, names);
  throw new UsageError({
    code: 'configuration-product',
    place: { file },
    message:
      wanted === undefined
        ? 'the configuration has several products, and none is named'
        : 'the configuration has no product of this name',
    found: wanted,
    expected: names.join(', '),
    remedy: `${meant === undefined ? '' : `did you mean ${meant}? `}name one with --product, as in --product ${meant ?? only}`,
  });
}

function noConfiguration(product: string): UsageError {
  return new UsageError({
    code: 'configuration-missing',
    message: 'a product is named, but there is no configuration file',
    found: product,
    expected: 'dfota.config.yaml or dfota.config.json in this folder or above it',
    remedy: 'name the file with --config, or write one with dfota init',
  });
}
