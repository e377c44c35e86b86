import { join } from 'node:path';
import { readLists } from '../../src/input/lists/read-lists.js';
import { openBuild } from '../../src/input/open-build.js';
import type { OpenBuild } from '../../src/model/build.js';
import { noListRules } from '../../src/model/list-rules.js';
import { allParts } from '../../src/model/parts.js';
import { type Generated, type GenerateOptions, generatePackage } from '../../src/usecases/generate/generate.js';
import { generateDefaults } from '../../src/usecases/generate/generate-files.js';
import { type TargetFilesSpec, writeTargetFiles } from './targetfiles.js';

/** The product's own defaults, with little effort, one worker and every power cut. */
export function testOptions(output: string, changes: Partial<GenerateOptions> = {}): GenerateOptions {
  return {
    ...generateDefaults,
    encoding: { effort: 'fast', jobs: 1 },
    verify: { level: 'full', profile: 'strict' },
    parts: allParts,
    output,
    ...changes,
  };
}

/** A package and what it was made from. */
export interface GeneratedPair {
  readonly source: OpenBuild;
  readonly target: OpenBuild;
  readonly packagePath: string;
  readonly generated: Generated;
}

/**
 * Writes both builds into the folder (v1, v2), makes update.zip there, and gives all of it to `use` while the builds are
 * open. `lists` is a folder; none at all without it.
 */
export async function withGenerated<Result>(
  folder: string,
  specs: { readonly source: TargetFilesSpec; readonly target: TargetFilesSpec; readonly lists?: string },
  changes: Partial<GenerateOptions>,
  use: (pair: GeneratedPair) => Promise<Result>,
): Promise<Result> {
  const packagePath = join(folder, 'update.zip');
  const open = (name: string, spec: TargetFilesSpec, role: 'source' | 'target') =>
    openBuild(writeTargetFiles(join(folder, name), spec), { modes: 'build', role });
  const lists = specs.lists === undefined ? { rules: noListRules, findings: [] } : await readLists(specs.lists);
  const source = await open('v1', specs.source, 'source');
  try {
    const target = await open('v2', specs.target, 'target');
    try {
      const generated = await generatePackage({ source, target, ...lists }, testOptions(packagePath, changes));
      return await use({ source, target, packagePath, generated });
    } finally {
      await target.content.close();
    }
  } finally {
    await source.content.close();
  }
}
