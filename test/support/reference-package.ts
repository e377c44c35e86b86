/** Packages that stand in for bsdiff-node: one that works, and some that do what compiled code may do. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const bsdiff = new URL('../../src/encode/bsdiff/bsdiff.js', import.meta.url).href;

/** Bodies of `diff(source, target, patch, callback)`, by what they do. `heard` is a file in which one says that it was called. */
export const behaviours = {
  works: `const { encodeBsdiff } = await import(${JSON.stringify(bsdiff)});
    callback(50);
    fs.writeFileSync(patch, encodeBsdiff(fs.readFileSync(source), fs.readFileSync(target), { effort: 'fast' }));`,
  throws: `throw '"' + source.length + '" No such file or directory';`,
  exits: 'process.exit(1);',
  hangs: `fs.writeFileSync(process.env.DFOTA_TEST_HEARD ?? patch, String(process.pid)); await new Promise((done) => setTimeout(done, 6e5));`,
  'writes nothing': '',
  'writes rubbish': `fs.writeFileSync(patch, 'no patch at all');`,
  'writes far too much': `fs.writeFileSync(patch, Buffer.alloc(2 * fs.statSync(target).size + 2 ** 20 + 1, 'BSDIFF40'));`,
  'writes another patch': `const { encodeBsdiff } = await import(${JSON.stringify(bsdiff)});
    fs.writeFileSync(patch, encodeBsdiff(fs.readFileSync(source), Buffer.from('something else'), { effort: 'fast' }));`,
} as const;

/** Writes the package under `folder`/bsdiff-node, and gives its entry. `folder` can be NODE_PATH. */
export function writeReferencePackage(folder: string, diff: string): string {
  const own = join(folder, 'bsdiff-node');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'package.json'), JSON.stringify({ name: 'bsdiff-node', version: '0.0.1', main: 'index.js' }));
  const entry = join(own, 'index.js');
  writeFileSync(
    entry,
    `const fs = require('node:fs');\nexports.diff = async (source, target, patch, callback) => {\n${diff}\n};\n`,
  );
  return entry;
}
