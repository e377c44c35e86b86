/** Updates by the decoder in C on an emulated NOR flash, with power cuts. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { absent, compilers, decoder, root, sanitized, strict, vectors } from '../c-decoder.js';

const correct = readFileSync(join(decoder, 'image-delta.c'), 'utf8');
const areas = { 'in place': 4096, 'two areas': 0 } as const;
type Area = keyof typeof areas;

/** Builds the device with this source of the decoder, and hands on what says whether all updates of an area end with the new image. */
function withCuts(source: string, flags: readonly string[], use: (survives: (area: Area) => boolean) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'dfota-decoder-c-'));
  try {
    const changed = join(folder, 'image-delta.c');
    writeFileSync(changed, source);
    const program = join(folder, 'cuts');
    const cuts = join(root, 'test/imagedelta/decoder-c/cuts.c');
    const built = spawnSync(compilers[0] ?? '', [
      ...strict,
      ...flags,
      '-O2',
      '-I',
      decoder,
      cuts,
      changed,
      '-o',
      program,
    ]);
    assert.equal(built.status, 0, String(built.stderr));
    use((area) => {
      const names = readdirSync(vectors).filter((name) =>
        area === 'in place' ? name.startsWith('in-place-') : name === 'segments' || name === 'in-place-downwards',
      );
      assert.ok(names.length > 0);
      return names.every((name) =>
        ['1', '8'].every((unit) => {
          const files = ['old', 'patch', 'new'].map((part) => join(vectors, name, part));
          return spawnSync(program, [...files, unit, '1024', String(areas[area])], { timeout: 240_000 }).status === 0;
        }),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('integration: an update survives a power cut at every write and erase, and two more afterwards', (t) => {
  if (absent(t)) return;
  withCuts(correct, sanitized, (survives) => {
    assert.ok(survives('in place'));
    assert.ok(survives('two areas'));
  });
});

for (const [check, without, where] of [
  ['if (record_crc(&r) != r.is.crc) return;', '', ['in place', 'two areas']],
  ['d->step < 2 * d->made - 1)', 'd->step < 2 * d->made)', ['in place']],
] as const) {
  test(`integration: an update does not survive power cuts without the check ${check}`, (t) => {
    if (absent(t)) return;
    assert.ok(correct.includes(check));
    withCuts(correct.replace(check, without), [], (survives) => {
      for (const area of where) assert.ok(!survives(area), area);
    });
  });
}
