/** Updates over packed parts by the decoder in C, on an emulated NOR flash. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { constants, deflateSync } from 'node:zlib';
import pako from 'pako';
import { encodeRepacked, expandPair } from '../../../src/imagedelta/repack/encode.js';
import type { DecisionsWanted } from '../../../src/imagedelta/repack/lzma/tell-lzma.js';
import { repackProofs } from '../../../src/usecases/image-delta/repack-proofs.js';
import { workFolder } from '../../support/work-folder.js';
import { absent, compilers, decoder, root, sanitized, strict } from '../c-decoder.js';
import { changeProgram, linkProgram, makeProgram } from '../code-images.js';
import { imageOf, type Packer, packers, texts } from '../repack/packed-images.js';
import { plainPlan } from '../vector-cases.js';

const folder = workFolder('decoder-c-repack');
const source = 'image-repack.c';

/** Builds the device, with the decoder as it is or changed. */
function build(name: string, flags: readonly string[], change: (text: string) => string = (text) => text): string {
  const changed = join(folder, `${name}-${source}`);
  writeFileSync(changed, change(readFileSync(join(decoder, source), 'utf8')));
  const program = join(folder, name);
  const sources = [
    join(root, 'test/imagedelta/decoder-c/repack.c'),
    changed,
    join(decoder, 'image-delta.c'),
    ...['-I', decoder, '-I', join(root, 'test/imagedelta/decoder-c')],
  ];
  const built = spawnSync(compilers[0] ?? '', [...strict, ...flags, ...sources, '-o', program]);
  assert.equal(built.status, 0, String(built.stderr));
  return program;
}

interface Images {
  readonly old: Uint8Array;
  readonly fresh: Uint8Array;
  readonly patch: Uint8Array;
  /** Whether decisions of the old image are part of it, which the decoder in C does not work out. */
  readonly oldDecisions: boolean;
}

function imagesOf(
  pack: Packer['pack'],
  [before, after]: readonly [Uint8Array, Uint8Array],
  way: Packer['way'],
  oldDecisions: DecisionsWanted = 'none',
): Images | undefined {
  const [first, second] = [pack(before), pack(after)];
  if (first === undefined || second === undefined) return undefined;
  const [old, fresh] = [imageOf(first), imageOf(second)];
  const expanded = expandPair(old, fresh, [way], repackProofs, 'all', oldDecisions);
  assert.equal(expanded.fresh.parts.length > 0, true, 'a part that the device packs');
  const { patch } = encodeRepacked(old, fresh, expanded, { ...plainPlan, segmentSize: 4096, flashBlock: 1024 });
  return { old, fresh, patch, oldDecisions: expanded.old.parts.some(({ decisions }) => decisions.length > 0) };
}

interface Device {
  readonly unit: number;
  readonly block: number;
  /** Whether the new image replaces the old one. */
  readonly inPlace: boolean;
  /** The power is cut at every so many operations; 0: at none. */
  readonly every: number;
}

function update(program: string, images: Images, { unit, block, inPlace, every }: Device) {
  const files = (['old', 'patch', 'fresh'] as const).map((part) => {
    writeFileSync(join(folder, part), images[part]);
    return join(folder, part);
  });
  const words = [...files, ...[unit, block, inPlace ? 1 : 0, every].map(String)];
  const { status, stdout, stderr } = spawnSync(program, words, { timeout: 240_000 });
  const [code, operations, cuts] = String(stdout).trim().split(' ').map(Number);
  return { status, code, operations, cuts, said: `${stdout}${stderr}` };
}

describe('integration: the C decoder over packed parts', () => {
  let program = '';
  /** Without sanitizers: for many updates of one patch, which the other has made once. */
  let fast = '';
  before(() => {
    if (compilers.length === 0) return;
    program = build('device', sanitized);
    fast = build('fast', ['-O2']);
  });

  for (const { name, way, pack } of packers) {
    it(`brings back what ${name} has packed`, (t) => {
      if (absent(t)) return;
      const images = imagesOf(pack, texts, way);
      if (images === undefined) {
        t.skip(`NOT TESTED: ${name} is not here`);
        return;
      }
      const { status, said } = update(program, images, { unit: 1, block: 0, inPlace: false, every: 0 });
      assert.equal(status, 0, said);
    });
  }

  it('brings back a text that is longer than half-words reach', (t) => {
    if (absent(t)) return;
    const long = makeProgram('thumb', 81, 2500);
    const images = imagesOf(zlib, [linkProgram(long), linkProgram(changeProgram(long, 82))], 'deflate', 'if many');
    assert.ok(images !== undefined && !images.oldDecisions);
    assert.equal(update(program, images, { unit: 1, block: 0, inPlace: false, every: 0 }).status, 0);
  });

  it('refuses a patch that needs decisions of the old image', (t) => {
    if (absent(t)) return;
    const images = imagesOf((text) => deflateSync(text, { strategy: constants.Z_RLE }), texts, 'deflate', 'all');
    assert.ok(images?.oldDecisions);
    assert.equal(update(program, images, { unit: 1, block: 0, inPlace: false, every: 0 }).code, 23);
  });

  const small = makeProgram('thumb', 51, 60);
  const pair = [linkProgram(small), linkProgram(changeProgram(small, 52))] as const;
  const zlib: Packer['pack'] = (text) => pako.gzip(text, { level: 9 });

  it('goes on after a power cut at every write and erase, and one more, over the old image and beside it', (t) => {
    if (absent(t)) return;
    const images = imagesOf(zlib, pair, 'deflate');
    assert.ok(images !== undefined);
    for (const inPlace of [true, false]) {
      for (const unit of [1, 8]) {
        const { status, operations = 0, cuts, said } = update(fast, images, { unit, block: 1024, inPlace, every: 1 });
        assert.equal(status, 0, said);
        assert.ok(operations > 60, `${operations} operations`);
        assert.equal(cuts, operations);
      }
    }
  });

  it('does not survive power cuts without the look whether the inner update has ended', (t) => {
    if (absent(t)) return;
    const images = imagesOf(zlib, pair, 'deflate');
    assert.ok(images !== undefined);
    const check = 'if (result == DFID_DONE) { /* it has ended before a cut: the old image may be gone */';
    const blind = build('blind', ['-O2'], (text) => {
      assert.ok(text.includes(check));
      return text.replace(check, 'if (0) {');
    });
    assert.notEqual(update(blind, images, { unit: 1, block: 1024, inPlace: true, every: 1 }).status, 0);
  });

  it('refuses a patch that is damaged anywhere, and writes nothing', (t) => {
    if (absent(t)) return;
    const images = imagesOf(zlib, pair, 'deflate');
    assert.ok(images !== undefined);
    const { patch } = images;
    for (let at = 0; at < patch.length; at += 101) {
      const bytes = Uint8Array.from(patch);
      bytes[at] = (bytes[at] ?? 0) ^ 16;
      const {
        status,
        code = 0,
        operations,
        said,
      } = update(program, { ...images, patch: bytes }, { unit: 1, block: 1024, inPlace: true, every: 0 });
      assert.equal(status, 1, said);
      assert.ok(code > 0 && operations === 0, `byte ${at}: ${said}`);
    }
    const cut = update(
      program,
      { ...images, patch: patch.subarray(0, -1) },
      { unit: 1, block: 1024, inPlace: true, every: 0 },
    );
    assert.equal(cut.code, 13);
    const long = update(
      program,
      { ...images, patch: Buffer.concat([patch, Buffer.of(0)]) },
      { unit: 1, block: 1024, inPlace: true, every: 0 },
    );
    assert.equal(long.code, 14);
  });
});
