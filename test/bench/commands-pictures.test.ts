/** The pictures in docs/pictures are those that the program makes now: `npm run goldens` makes them anew. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commandPictures, makeCommandPictures } from '../../bench/pictures/commands.js';
import { workFolder } from '../support/work-folder.js';

const pictures = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));

test('end-to-end: pictures of commands show what the commands print', () => {
  if (process.env.DFOTA_UPDATE_GOLDENS === '1') return makeCommandPictures(pictures);
  const made = workFolder('pictures');
  makeCommandPictures(made);
  // Digests and sizes follow the version of the encoders; the words do not.
  const words = (folder: string, file: string): readonly string[] =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
      text.replace(/\b[0-9a-f]{32,64}\b/g, '#').replace(/\d+(?:[.,]\d+)*/g, '#'),
    );
  for (const { file } of commandPictures) {
    assert.ok(words(made, file).length > 5, file);
    assert.deepEqual(
      [...words(pictures, file)].sort(),
      [...words(made, file)].sort(),
      `${file}: npm run goldens makes it anew`,
    );
  }
});
