/**
 * Pictures of deliveries to a simulated module: one that succeeds and one that ends with 510, as docs/delivery.md shows them.
 *
 *   node dist/bench/pictures/deliveries.js [FOLDER]
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deliveryPair, startModule } from '../../test/support/delivery-pair.js';
import { terminalSvg } from './terminal-svg.js';

const bin = fileURLToPath(new URL('../../../bin/dfota.js', import.meta.url));
const output = process.argv[2] ?? fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dfota-pictures-'));

/** What the words print, both streams in the order in which they come. */
async function shown(words: readonly string[]): Promise<string> {
  const file = join(folder, 'shown');
  const both = openSync(file, 'w');
  const env = { ...process.env, FORCE_COLOR: '1', NO_COLOR: '' };
  const child = spawn(process.execPath, [bin, ...words], { cwd: folder, env, stdio: ['ignore', both, both] });
  await new Promise((ended) => child.on('close', ended));
  closeSync(both);
  return readFileSync(file, 'utf8');
}

try {
  const pair = await deliveryPair(folder);
  mkdirSync(output, { recursive: true });
  const pictures = [
    ['delivery.svg', 'dfota deliver: a package is brought to a module, which runs the new version', []],
    ['delivery-510.svg', 'dfota deliver: the update ends with 510 on the module', ['changed-file=/system/bin/app']],
  ] as const;
  for (const [name, title, faults] of pictures) {
    const module = await startModule(pair.source, join(folder, name), faults);
    const { at } = module;
    const words = ['deliver', 'update.zip', '--port', at, '--speed', '100'];
    const text = `\x1b[90m$\x1b[0m \x1b[1mdfota ${words.join(' ')}\x1b[0m\n${await shown(words)}`;
    // The free port and the time are others each time: the picture stays the same.
    const port = at.slice(at.lastIndexOf(':') + 1);
    const same = text.replaceAll(port, '12345').replaceAll(/ in \d+\.\d s$/gm, '');
    writeFileSync(join(output, name), terminalSvg(same, title));
    await module.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
