/** Holds what attempts did against what the target describes: everything else is told, with its place in the script. */
import { displayName } from '../model/path.js';
import type { Reach } from '../model/verification.js';
import type { Expectation } from './compare.js';
import type { ContentStore } from './content.js';
import type { PartitionWrite, Reached } from './machine.js';
import { placeOf } from './run.js';

/** Which partitions a package may write, and with what. */
export interface PartitionRules {
  /** With a target: only these images, each whole. */
  readonly images: Expectation['images'] | undefined;
  /** Without one: these partitions, with anything. */
  readonly partitions: ReadonlySet<string>;
}

/** What attempts did, as far as it may lie outside. */
export interface Deeds {
  readonly reached: readonly Reached[];
  readonly written: readonly PartitionWrite[];
}

async function faultOf(
  { partition, content }: PartitionWrite,
  rules: PartitionRules,
  store: ContentStore,
): Promise<string | undefined> {
  const name = displayName(partition);
  if (rules.images === undefined) {
    if (rules.partitions.has(partition)) return undefined;
    return `writes ${content.size} bytes to ${name}, for which the source has no image: with a target it can be told whether that is right`;
  }
  const wanted = rules.images.filter((image) => image.partition === partition || image.partition === undefined);
  if (wanted.length === 0) return `writes ${content.size} bytes to ${name}, for which the target has no image`;
  const { sha1 } = await store.whole(content);
  if (wanted.some(({ image }) => image.content.sha1 === sha1)) return undefined;
  return `writes ${content.size} bytes to ${name} that are not the target's image`;
}

/** What lies outside, in the order in which it was done, each subject once. */
export async function outsideOf(
  { reached, written }: Deeds,
  rules: PartitionRules,
  store: ContentStore,
  script: string,
): Promise<readonly Reach[]> {
  const all = [...reached];
  const seen = new Set<string>();
  for (const write of written) {
    if (seen.has(write.partition)) continue;
    const message = await faultOf(write, rules, store);
    if (message === undefined) continue;
    seen.add(write.partition);
    all.push({ what: 'partition', subject: write.partition, message, statement: write.statement });
  }
  return all
    .sort((a, b) => a.statement - b.statement)
    .map(({ what, subject, message, statement }) => ({
      what,
      subject: displayName(subject),
      message: displayName(message),
      place: placeOf(script, statement),
    }));
}
