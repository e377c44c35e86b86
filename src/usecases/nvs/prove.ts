import type { NvsPartition } from '../../formats/nvs/read.js';
import { ProofError } from '../../model/errors.js';
import type { Value } from './encode-rows.js';

/** Compares what was read back with what was asked for. Throws ProofError where they differ in anything. */
export function proveImage(
  output: string,
  { dump, values }: NvsPartition,
  namespaces: readonly string[],
  expected: readonly Value[],
): void {
  const fail = (found: string): never => {
    throw new ProofError({
      code: 'nvs-proof',
      place: { file: output },
      message: 'the partition that was made does not read as its table',
      found,
    });
  };
  const [problem] = dump.problems;
  if (problem !== undefined) fail(`page ${problem.page}: ${problem.message}`);
  if (dump.namespaces.join('\0') !== namespaces.join('\0')) fail(`the namespaces ${dump.namespaces.join(', ')}`);
  const read = new Map(values.map((value) => [`${value.namespace}\0${value.key}`, value]));
  if (values.length !== expected.length) fail(`${values.length} values instead of ${expected.length}`);
  for (const { namespace, key, type, bytes } of expected) {
    const value = read.get(`${namespace}\0${key}`);
    if (value?.type !== type || Buffer.compare(value.bytes, bytes) !== 0) fail(`another value of ${namespace}.${key}`);
  }
}
