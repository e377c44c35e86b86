/** The namespaces and keys that were given so far, and what may not be given again. */

import { mostNvsNamespaces } from '../../model/limits/nvs.js';
import { type FieldFault, shown } from './fields.js';

/** Keeps the order of namespaces and keys of a table. */
export interface KeySpace {
  /** Opens a namespace for the keys that follow. */
  readonly open: (name: string) => FieldFault | undefined;
  /** The namespace of a key that stands here, or why it may not. */
  readonly add: (key: string, line: number) => { readonly namespace: string } | { readonly fault: FieldFault };
}

/** An empty key space; `sample` is a row that opens a namespace, for the remedy. */
export function keySpace(sample: string): KeySpace {
  const seen = new Map<string, number>();
  const namespaces = new Set<string>();
  let namespace: string | undefined;
  return {
    open: (name) => {
      namespace = name;
      namespaces.add(name);
      if (namespaces.size <= mostNvsNamespaces) return undefined;
      return {
        code: 'nvs-namespace',
        message: 'there are too many namespaces',
        expected: `at most ${mostNvsNamespaces}`,
      };
    },
    add: (key, line) => {
      if (namespace === undefined) {
        const message = 'the key stands before the first namespace';
        const remedy = `put a row such as ${sample} before it`;
        return { fault: { code: 'nvs-namespace', message, found: shown(key), remedy } };
      }
      const name = `${namespace}\0${key}`;
      const before = seen.get(name);
      if (before !== undefined) {
        const message = `the key ${key} is given twice in the namespace ${namespace}`;
        const found = `the first time in line ${before}`;
        return { fault: { code: 'nvs-twice', message, found, remedy: 'delete one of the two rows' } };
      }
      seen.set(name, line);
      return { namespace };
    },
  };
}
