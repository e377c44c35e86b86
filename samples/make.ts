/**
 * Writes the sample pair: `node dist/samples/make.js FOLDER` makes FOLDER/v1/targetfiles.zip, FOLDER/v2/targetfiles.zip
 * and copies the list files beside them, as update_gen expects a folder to be. The same bytes every time.
 */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NodeSpec, type TargetFilesSpec, writeTargetFiles } from '../test/support/targetfiles.js';
import { changes } from './every-change/changes.js';

/** The sample's list files in the repository. */
export const sampleLists = fileURLToPath(new URL('../../samples/every-change/lists', import.meta.url));

/** The two builds as specs. */
export function sampleBuilds(): { readonly source: TargetFilesSpec; readonly target: TargetFilesSpec } {
  const side = (name: 'before' | 'after') => {
    const nodes: Record<string, NodeSpec> = {};
    for (const change of changes) {
      const node = change[name];
      if (node !== undefined) nodes[change.path] = node;
    }
    return nodes;
  };
  return {
    source: { nodes: side('before'), revision: 'A01', packageTime: '2022-06-22,15:50' },
    target: { nodes: side('after'), revision: 'A02', packageTime: '2022-09-30,09:10' },
  };
}

/** Where the sample was written. */
export interface SampleFiles {
  readonly source: string;
  readonly target: string;
  readonly lists: string;
}

/** Writes the pair and its lists into the folder, which is made where it is missing. */
export function makeSample(folder: string): SampleFiles {
  const { source, target } = sampleBuilds();
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(sampleLists)) copyFileSync(join(sampleLists, name), join(folder, name));
  return {
    source: writeTargetFiles(join(folder, 'v1'), source),
    target: writeTargetFiles(join(folder, 'v2'), target),
    lists: folder,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (folder === undefined) {
    process.stderr.write('usage: node dist/samples/make.js FOLDER\n');
    process.exitCode = 2;
  } else {
    const { source, target } = makeSample(resolve(folder));
    process.stdout.write(`${source}\n${target}\n`);
  }
}
