/** Reads a configuration file: `defaults`, and `products` by name. */
import { noProduct, type PlacedProduct } from '../../model/configuration/product.js';
import { type Fault, InputError } from '../../model/errors.js';
import { fieldsOf, placeOf, readProduct, rootOf } from './read-product.js';

/** A configuration as it was read. */
export interface Configuration {
  readonly file: string;
  /** What holds for every product that does not say it itself. */
  readonly defaults: PlacedProduct;
  readonly products: ReadonlyMap<string, PlacedProduct>;
}

const form = 'products:, and below it for each a name with at least source: and target:';

/** Parses the text of a configuration file. Throws InputError with every fault, each at its line and column. */
export function parseConfiguration(text: string, file: string): Configuration {
  const root = rootOf(text, file, 'the configuration');
  const faults: Fault[] = [];
  const of = { file, faults };
  const products = new Map<string, PlacedProduct>();
  let defaults = noProduct;
  if (root === undefined) faults.push(noProducts(file));
  else {
    const top = new Map(fieldsOf(root, 'the configuration', ['$schema', 'defaults', 'products'], of));
    const [named, common] = [top.get('products'), top.get('defaults')];
    if (common !== undefined) defaults = readProduct(common.value, of);
    const value = named?.value.value;
    if (named === undefined || value === undefined) {
      if (faults.length === 0) faults.push(noProducts(file));
    } else if (value.kind !== 'map' || value.fields.size === 0) {
      faults.push({ ...noProducts(file), place: placeOf(file, named.key) });
    } else {
      for (const [name, field] of value.fields) {
        if (name === '') {
          const place = placeOf(file, field.key);
          faults.push({ code: 'configuration-value', place, message: 'the name of a product is not a text' });
        } else products.set(name, readProduct(field.value, of));
      }
    }
  }
  if (faults.length > 0) throw new InputError(faults);
  return { file, defaults, products };
}

function noProducts(file: string): Fault {
  return {
    code: 'configuration-value',
    place: { file },
    message: 'the configuration names no product',
    expected: form,
  };
}
