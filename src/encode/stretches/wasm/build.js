/** Compiles the engine's inner loops to dist/src/encode/stretches/engine.wasm, unless that is newer than all that it is made from. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const folder = dirname(fileURLToPath(import.meta.url));
const result = join(root, 'dist/src/encode/stretches/engine.wasm');
const made = statSync(result, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (readdirSync(folder).some((name) => statSync(join(folder, name)).mtimeMs >= made)) {
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main(
    [
      ...['src/encode/stretches/wasm/index.ts', '--baseDir', root, '--outFile', 'engine.wasm'],
      ...['-O3', '--runtime', 'stub', '--noAssert', '--importMemory', '--maximumMemory', '65536'],
    ],
    {
      writeFile: (_name, contents) => {
        mkdirSync(dirname(result), { recursive: true });
        writeFileSync(result, contents);
      },
    },
  );
  if (error) {
    process.stderr.write(stderr.toString());
    throw error;
  }
}
