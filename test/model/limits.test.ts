/** Limits stand in src/model/limits.ts and src/model/limits/: nobody finds one that hides at the top of a reader. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What is no choice of ours, or may not be shared. */
const elsewhere: Readonly<Record<string, string>> = {
  'applypatch/imgdiff2.ts maxDeflateRatio': 'of the format of deflate',
  'device/edify/syntax.ts literalLimit':
    'of real updaters; script/ has its own, so that neither hides a mistake of the other',
  'device/edify/syntax.ts nestingLimit': 'of real updaters',
  'device/edify/syntax.ts statementLimit': 'of real updaters',
  'device/functions/numbers.ts largestId': 'of numbers with 32 bits',
  'device/functions/screen.ts longestLine': 'of real updaters',
  'formats/compression/bzip2-block.ts maxCodeLength': 'of the format of bzip2',
  'formats/compression/bzip2-block.ts maxSelectors': 'of the format of bzip2',
  'formats/ubi/headers.ts maxVolumes': 'of the format of UBI',
  'formats/ubifs/nodes.ts longestLeaf': 'of the format of UBIFS',
  'input/lists/chmod-list.ts largestId': 'of numbers with 32 bits, of which Linux keeps the last',
  'input/metadata/filesystem-config.ts largestId': 'of numbers with 32 bits',
  'input/zip/end-record.ts longestComment': 'of the format of zip',
  'package/entry.ts mostEntries': 'of the format of zip',
  'package/entry.ts sizeLimit': 'of the format of zip',
  'script/quote.ts longestLiteral': 'of real updaters; device/ has its own',
};

/** The encoders' limits are of their algorithms: how much memory an engine has, how far a search goes. */
const apart = /^(encode|imagedelta)\//;

const named =
  /^(?:export )?const (\w*(?:[lL]imit|[lL]argest|[lL]ongest|[sS]hortest|[mM]ost[A-Z]|[mM]ax[A-Z])\w*) = [^;'`"[{]*;/gm;

function limitsIn(text: string): readonly string[] {
  return [...text.matchAll(named)].filter(([line]) => !/=>/.test(line)).map(([, name = '']) => name);
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'))
  .sort();

test('unit: no limit stands outside of model/limits', () => {
  const found = files
    .filter((name) => !name.startsWith('model/limits') && !apart.test(name))
    .flatMap((name) => limitsIn(readFileSync(join(root, 'src', name), 'utf8')).map((limit) => `${name} ${limit}`));
  assert.deepEqual(
    found,
    Object.keys(elsewhere).sort(),
    'move it to src/model/limits.ts or src/model/limits/, with where it comes from and its unit; take off the list what is gone',
  );
});

test('unit: limits are found by their names', () => {
  assert.deepEqual(limitsIn('const mostStars = 12;\nexport const unpackLimit = 2 ** 20;\n'), [
    'mostStars',
    'unpackLimit',
  ]);
  assert.deepEqual(limitsIn('const limits = { a: 1 };\nconst longestOf = (a: string) => a;\nconst almost = 1;\n'), []);
});

test('unit: every limit says in a sentence where it comes from, and has a name of its own', () => {
  const texts = files
    .filter((name) => name.startsWith('model/limits'))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'));
  const names = texts.flatMap((text) => [...text.matchAll(/^export const (\w+)/gm)].map(([, name = '']) => name));
  const explained = texts.flatMap((text) =>
    [...text.matchAll(/\*\/\nexport const (\w+)/g)].map(([, name = '']) => name),
  );
  assert.ok(names.length > 80, `${names.length} limits`);
  assert.deepEqual(explained, names);
  assert.deepEqual([...new Set(names)], names);
});
