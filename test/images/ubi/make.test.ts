import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logicalBlockBytes, makeUbi } from '../../../src/images/ubi/make.js';
import { seededRandom } from '../../support/random.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('make-ubi');

test('integration: the same bytes as ubinize', { skip: without('ubinize') }, () => {
  const random = seededRandom(11);
  for (const [eraseBlock, page] of [
    [262_144, 4096],
    [131_072, 2048],
    [16_384, 512],
  ] as const) {
    const flash = { eraseBlock, page };
    const room = logicalBlockBytes(flash);
    for (const size of [1, room, room + 1, 3 * room - 5]) {
      const content = random.bytes(size);
      const [file, ini, output] = [join(work, 'content'), join(work, 'ini'), join(work, 'ubi')];
      writeFileSync(file, content);
      const lines = ['[v]', 'mode=ubi', `image=${file}`, 'vol_id=0', 'vol_type=dynamic', 'vol_name=data'];
      writeFileSync(ini, [...lines, `vol_size=${Math.ceil(size / room) * room}`, ''].join('\n'));
      const words = ['-o', output, '-p', String(eraseBlock), '-m', String(page), '-Q', '305419896', ini];
      execFileSync('ubinize', words, { stdio: 'pipe' });
      const made = makeUbi(content, { ...flash, volume: 'data', sequence: 305_419_896 });
      assert.ok(readFileSync(output).equals(made), `${size} bytes in erase blocks of ${eraseBlock}`);
    }
  }
});
