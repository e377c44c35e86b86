/** Compares two NVS partitions: `dfota nvs diff`. */
import type { NvsDiff, NvsItem } from '../../model/nvs.js';
import { type NvsKeySource, readKeys } from './keys.js';
import { readPartition } from './read-partition.js';

/** Which partitions; keys are those of both. */
export interface NvsDiffRequest extends NvsKeySource {
  readonly before: string;
  readonly after: string;
}

/** How the values differ that the device reads. Throws InputError for a file that is no NVS partition. */
export async function nvsDiff(request: NvsDiffRequest): Promise<NvsDiff> {
  const { before, after } = request;
  const keys = await readKeys(request);
  const [one, other] = [(await readPartition(before, keys)).dump, (await readPartition(after, keys)).dump];
  const left = new Map(one.items.map((item) => [idOf(item), item]));
  const right = new Map(other.items.map((item) => [idOf(item), item]));
  const both = [...left].flatMap(([id, item]) => {
    const now = right.get(id);
    return now === undefined ? [] : [{ before: item, after: now }];
  });
  const changed = both.filter(({ before: was, after: is }) => was.type !== is.type || was.value !== is.value);
  return {
    added: other.items.filter((item) => !left.has(idOf(item))),
    removed: one.items.filter((item) => !right.has(idOf(item))),
    changed,
    same: both.length - changed.length,
    problems: [
      { file: before, count: one.problems.length + one.moreProblems },
      { file: after, count: other.problems.length + other.moreProblems },
    ],
  };
}

function idOf({ namespace, key }: NvsItem): string {
  return `${namespace}\0${key}`;
}
