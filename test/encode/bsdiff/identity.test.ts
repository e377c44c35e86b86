import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyPatch } from '../../../src/applypatch/index.js';
import { identityPatch } from '../../../src/encode/bsdiff/identity.js';
import { hasTool, noise } from '../../applypatch/make-patch.js';

test('unit: copies any file of its size, in few bytes', () => {
  for (const size of [0, 1, 4, 255, 260, 100_000, 3_000_000]) {
    const bytes = noise(size, size);
    const patch = identityPatch(size);
    assert.ok(bytes.equals(applyPatch(patch, bytes, { outsideSource: 'reject' })), `${size} bytes`);
    assert.ok(patch.length < 200, `${patch.length} bytes for ${size}`);
    assert.equal(identityPatch(size), patch);
  }
});

test('integration: bspatch takes it', { skip: !hasTool('bspatch') }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-identity-'));
  try {
    const [a, b, p] = [join(folder, 'a'), join(folder, 'b'), join(folder, 'p')];
    writeFileSync(a, noise(50_000, 1));
    writeFileSync(p, identityPatch(50_000));
    assert.equal(spawnSync('bspatch', [a, b, p]).status, 0);
    assert.ok(readFileSync(b).equals(noise(50_000, 1)));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
