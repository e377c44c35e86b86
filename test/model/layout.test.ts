import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sdx6x } from '../../src/model/layout.js';

const root = fileURLToPath(new URL('../../../src/', import.meta.url));

test('unit: no fixed name of the layout stands a second time', () => {
  const names = Object.entries(sdx6x).flatMap(([key, value]) => (key === 'name' ? [] : value));
  assert.ok(names.includes('BOOTABLE_IMAGES/boot.img') && names.length >= 20);
  const again = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && name !== 'model/layout.ts')
    .flatMap((name) => {
      const text = readFileSync(join(root, name), 'utf8');
      return names
        .filter(
          (fixed) => text.includes(`'${fixed}'`) || text.includes(`'${fixed}/'`) || text.includes(`\`${fixed}/\${`),
        )
        .map((fixed) => `${name}: ${fixed}`);
    });
  assert.deepEqual(again, [], 'take the name from src/model/layout.ts');
});
