/** What a module is held against after a run, uncut or cut: made once, here and in every thread alike. */
import type { Entry } from '../model/build.js';
import type { BuildPath } from '../model/path.js';
import { compareWith, type Expectation, expect, nothingCompared } from './compare.js';
import { compareStates } from './compare-states.js';
import type { ContentStore } from './content.js';
import type { Flash } from './machine.js';
import type { Module } from './module.js';
import { outsideOf, type PartitionRules } from './outside.js';
import type { Script } from './package.js';
import type { Judge } from './power-cuts.js';

/** What is held against what. */
export interface Standard {
  readonly expectation: Expectation;
  readonly rules: PartitionRules;
}

/** What the module shall be, or is without a target, and which partitions the package may write. */
export function standardOf(
  module: Module,
  script: Script,
  {
    expected,
    images,
  }: {
    readonly expected?: ReadonlyMap<BuildPath, Entry> | undefined;
    readonly images?: ReadonlyMap<BuildPath, string> | undefined;
  },
  source: ReadonlyMap<BuildPath, Entry>,
): Standard {
  const labels = script.permissions === 'set_metadata';
  const expectation = expect(expected ?? source, module.bootPartition, images, labels);
  const rules = {
    images: expected === undefined ? undefined : expectation.images,
    partitions: module.imagePartitions,
  };
  return { expectation, rules };
}

const fewDifferences = 5;

/** The judge of cut runs. Without a target `uncut` is what the package makes when the power stays. */
export function judgeOf(
  { expectation, rules }: Standard,
  uncut: Flash | undefined,
  store: ContentStore,
  script: Script,
): Judge {
  const before = nothingCompared();
  return async (flash, deeds) => {
    const { differences, count } =
      uncut === undefined
        ? await compareWith(expectation, flash, store, fewDifferences, before)
        : compareStates(uncut, flash, fewDifferences);
    return { differences, count, outside: await outsideOf(deeds, rules, store, script.text) };
  };
}
