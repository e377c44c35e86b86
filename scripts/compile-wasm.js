/**
 * Compiles the inner loops that are written in AssemblyScript, each module unless it is newer than all that it is made from.
 * A module is a file `.wasm` beside the compiled JavaScript; a folder that may not read files gets it as text in a `.js`.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const self = fileURLToPath(import.meta.url);

const modules = [
  { sources: 'src/encode/stretches/wasm', result: 'dist/src/encode/stretches/engine.wasm' },
  { sources: 'src/encode/deflate/wasm', result: 'dist/src/encode/deflate/classic.wasm' },
  { sources: 'src/encode/estimate/wasm', result: 'dist/src/encode/estimate/pieces.wasm' },
  { sources: 'src/imagedelta/encoder/wasm', result: 'dist/src/imagedelta/encoder/compiled.js' },
  { sources: 'src/applypatch/deflate/wasm', result: 'dist/src/applypatch/deflate/compiled.js' },
];

for (const { sources, result } of modules) {
  const folder = join(root, sources);
  const target = join(root, result);
  const made = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const inputs = [self, ...readdirSync(folder).map((name) => join(folder, name))];
  if (inputs.some((path) => statSync(path).mtimeMs >= made)) await compile(sources, target);
}

async function compile(sources, target) {
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main(
    [
      ...[`${sources}/index.ts`, '--baseDir', root, '--outFile', 'module.wasm'],
      ...[
        '-O3',
        '--converge',
        '--enable',
        'simd',
        '--runtime',
        'stub',
        '--noAssert',
        '--importMemory',
        '--maximumMemory',
        '65536',
      ],
    ],
    {
      writeFile: (_name, contents) => {
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, target.endsWith('.js') ? asText(contents) : contents);
      },
    },
  );
  if (error) {
    process.stderr.write(stderr.toString());
    throw error;
  }
}

function asText(contents) {
  return `export const compiled = '${Buffer.from(contents).toString('base64')}';\n`;
}
