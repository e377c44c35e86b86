import { readElf } from '../../formats/elf/image.js';
import { machineName } from '../../formats/elf/names.js';
import { type ModInfo, readModInfo } from '../../formats/kernel-module/modinfo.js';
import { endsWithSignature } from '../../formats/kernel-module/signature.js';
import type { Inner } from '../../model/inner.js';
import { compareSets, compareSizes, differing, fact, present } from './fields.js';

/** Fields that are sets rather than one value. */
const setFields: ReadonlySet<string> = new Set(['alias', 'parm', 'parmtype', 'firmware', 'import_ns', 'author']);

/** Compares two kernel modules by what modinfo tells; `undefined` when either side is none. */
export function compareKernelModules(before: Uint8Array | undefined, after: Uint8Array | undefined): Inner | undefined {
  const old = before === undefined ? undefined : readModInfo(before);
  const now = after === undefined ? undefined : readModInfo(after);
  if ((before !== undefined && old === undefined) || (after !== undefined && now === undefined)) return undefined;
  const values = (info: ModInfo | undefined, key: string): readonly string[] => info?.get(key) ?? [];
  const list = (info: ModInfo | undefined, key: string): readonly string[] =>
    values(info, key).flatMap((value) => (value === '' ? [] : value.split(',')));
  const single = (info: ModInfo | undefined, key: string): string | undefined =>
    info === undefined || !info.has(key) ? undefined : values(info, key).join(', ');
  const keys = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].filter(
    (key) => key !== 'depends' && !setFields.has(key),
  );
  const signed = (bytes: Uint8Array): string => (endsWithSignature(bytes) ? 'yes' : 'no');
  const gradeOfSignature =
    before !== undefined && after !== undefined && endsWithSignature(before) && !endsWithSignature(after);
  const sections = (bytes: Uint8Array): ReadonlyMap<string, number> => {
    const sizes = new Map<string, number>();
    for (const section of readElf(bytes).sections)
      if (section.name !== '') sizes.set(section.name, (sizes.get(section.name) ?? 0) + section.size);
    return sizes;
  };
  const some = after ?? before;
  return {
    kind: 'kernel-module',
    summary: `kernel module${some === undefined ? '' : `, ${machineName(readElf(some).machine)}`}`,
    facts: differing([
      ...keys.map((key) => fact(key, single(old, key), single(now, key))),
      fact('signature', before && signed(before), after && signed(after), gradeOfSignature ? 'regression' : undefined),
    ]),
    sets: present([
      compareSets('depends', list(old, 'depends'), list(now, 'depends')),
      ...[...setFields].map((key) => compareSets(key, values(old, key), values(now, key))),
    ]),
    sizes: before === undefined || after === undefined ? [] : compareSizes(sections(before), sections(after)),
  };
}
