/** The decoder in TypeScript on an emulated flash with power cuts, alone and in turn with the one in C. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { encodeDelta } from '../../src/imagedelta/encoder/encode.js';
import { seededRandom } from '../support/random.js';
import { absent, readVector } from './c-decoder.js';
import { type CodeKind, changeProgram, linkProgram, makeProgram } from './code-images.js';
import { withCross } from './decoder-c/cross.js';
import { areaLength, type FlashRun, type FlashState, faults, journalLength, newFlash, runOnFlash } from './flash.js';
import { plainPlan } from './vector-cases.js';

/** A device that nothing is wrong with. */
const sound = { newRoom: areaLength, journalRoom: journalLength, faults: 0, cutAt: 0, block: 1024 } as const;

interface Update {
  readonly fresh: Uint8Array;
  readonly run: FlashRun;
}

function ofVector(name: string, unit: number, backup: number): Update {
  const [old, patch, fresh] = [readVector(name, 'old'), readVector(name, 'patch'), readVector(name, 'new')];
  return { fresh, run: { ...sound, old, patch, unit, backup, seed: 1 } };
}

const begin = ({ run }: Update): FlashState => newFlash(run.backup > 0 ? run.old : undefined, run.seed);

function assertMade(state: FlashState, { fresh }: Update, what: string): void {
  assert.ok(Buffer.compare(state.image.bytes.subarray(0, fresh.length), fresh) === 0, `${what}: another image`);
}

for (const [place, names, backup] of [
  ['in place', ['in-place-upwards', 'in-place-downwards', 'in-place-shorter'], 4096],
  ['into a second area', ['segments', 'in-place-downwards'], 0],
] as const) {
  test(`integration: an update ${place} goes on after a power cut at every write and erase, and one more`, () => {
    for (const [name, unit] of names.flatMap((name) => [1, 8].map((unit) => [name, unit] as const))) {
      const update = ofVector(name, unit, backup);
      const whole = begin(update);
      const { code, operations } = runOnFlash(whole, update.run);
      assert.equal(code, 0, name);
      assertMade(whole, update, name);
      assert.deepEqual(runOnFlash(whole, update.run).operations, 0, `${name}: an update that has ended writes again`);
      for (let cutAt = 1; cutAt <= operations; cutAt++) {
        const what = `${name}, write unit ${unit}, cut at ${cutAt} of ${operations}`;
        const state = begin(update);
        assert.equal(runOnFlash(state, { ...update.run, cutAt }).code, 21, what);
        runOnFlash(state, { ...update.run, cutAt: 1 + ((cutAt * 7) % 40), seed: cutAt });
        assert.equal(runOnFlash(state, update.run).code, 0, what);
        assertMade(state, update, what);
      }
    }
  });
}

/** Updates of random programs, in place and into a second area. */
function randomUpdates(random: ReturnType<typeof seededRandom>): readonly Update[] {
  const kinds: readonly CodeKind[] = ['thumb', 'aarch64', 'arm', 'data'];
  return kinds.flatMap((kind) => {
    const program = makeProgram(kind, random.below(1000), 50 + random.below(60));
    const old = linkProgram(program);
    const fresh = linkProgram(changeProgram(program, random.below(1000)));
    return [
      { ...plainPlan, segmentSize: 2048, digests: true },
      { ...plainPlan, segmentSize: 1024, inPlace: true, flashBlock: 1024, writeUnit: 16 },
      { ...plainPlan, segmentSize: 2048, inPlace: true, downwards: true, flashBlock: 1024, writeUnit: 16 },
    ].flatMap((plan) => {
      const { patch } = encodeDelta(old, fresh, plan);
      const unit = 2 ** random.below(5);
      const block = plan.segmentSize / 2 ** random.below(plan.segmentSize / 1024);
      const run = { ...sound, old, patch, unit, block: Math.min(block, 1024), seed: 1 + random.below(2 ** 31) };
      return [0, ...(plan.inPlace === true ? [plan.segmentSize] : [])].map((backup) => ({
        fresh,
        run: { ...run, backup },
      }));
    });
  });
}

test('property: both decoders have the same flash before each record, and each goes on where the other was cut', (t) => {
  if (absent(t)) return;
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  withCross((runInC) => {
    const updates = randomUpdates(random);
    const flashes = updates.map((update) => begin(update));
    const inC = runInC(updates.map(({ run }) => [begin({ run, fresh: run.old }), run]));
    for (const [index, update] of updates.entries()) {
      const [c, state] = [inC[index], flashes[index]];
      assert.ok(c !== undefined && state !== undefined);
      const { code, operations, trace } = runOnFlash(state, update.run);
      assert.deepEqual(
        { code, operations, trace: trace.map(({ step, image }) => ({ step, crc: crc32(image) })) },
        c,
        `seed ${seed}, update ${index}`,
      );
      assert.equal(code, 0);
      assertMade(state, update, `seed ${seed}, update ${index}`);
    }
    const cuts = updates.flatMap((update, index) =>
      Array.from({ length: 6 }, () => ({ update, state: begin(update), most: inC[index]?.operations ?? 1 })),
    );
    for (let round = 0; round < 4; round++) {
      const jobs = cuts.map(
        ({ update, state, most }, index) =>
          [state, { ...update.run, cutAt: round < 3 ? 1 + random.below(most) : 0, seed: seed + index + 1 }] as const,
      );
      const mine = jobs.filter((_, index) => (index + round) % 2 === 0);
      const theirs = jobs.filter((_, index) => (index + round) % 2 === 1);
      const codes = [
        ...mine.map(([state, run]) => runOnFlash(state, run).code),
        ...runInC(theirs).map(({ code }) => code),
      ];
      assert.ok(
        codes.every((code) => code === 0 || (code === 21 && round < 3)),
        `seed ${seed}, round ${round}: codes ${[...new Set(codes)].join()}`,
      );
    }
    for (const [index, { update, state }] of cuts.entries()) assertMade(state, update, `seed ${seed}, cut ${index}`);
  });
});

/** The flash as it is, once more. */
function copyOf({ image, backup, journal }: FlashState): FlashState {
  const copy = ({ bytes, used }: FlashState['image']): FlashState['image'] => ({
    bytes: bytes.slice(),
    used: used.slice(),
  });
  return { image: copy(image), backup: copy(backup), journal: copy(journal) };
}

/** Makes all records those of another patch. */
function disguise({ journal: { bytes } }: FlashState, unit: number): void {
  const view = new DataView(bytes.buffer);
  const record = Math.ceil(16 / unit) * unit;
  for (let at = 0; at + record <= bytes.length; at += record) {
    if (view.getUint32(at + 12, true) !== crc32(bytes.subarray(at, at + 12))) continue;
    bytes[at + 4] = (bytes[at + 4] ?? 0) ^ 1;
    view.setUint32(at + 12, crc32(bytes.subarray(at, at + 12)), true);
  }
}

test('property: both decoders end with the same code for whatever is wrong with a device', (t) => {
  if (absent(t)) return;
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  withCross((runInC) => {
    const jobs = randomUpdates(random).flatMap((update) => {
      const { run } = update;
      const state = begin(update);
      const cutAt = random.below(8) === 0 ? 0 : 1 + random.below(60);
      runOnFlash(state, { ...run, cutAt });
      const wrongs: readonly Partial<FlashRun>[] = [
        // Without the old image only from the beginning: later the one in C asks for nothing that it does not need.
        ...Object.values(faults).flatMap((fault) => (fault === faults.oldBroken ? [] : [{ faults: fault }])),
        ...[{ unit: 0 }, { unit: 33 }, { unit: 3 }, { unit: 32 }, { block: 0 }, { block: 1536 }, { block: 24 }],
        ...[{ newRoom: update.fresh.length - 1 }, { newRoom: 0 }, { journalRoom: 16 }, { journalRoom: 160 }],
        ...[{ backup: run.backup === 0 ? 1024 : run.backup - 1 }, { old: run.old.subarray(1) }],
        ...[{ patch: run.patch.subarray(1) }, { patch: run.patch.subarray(0, run.patch.length - 1) }],
      ];
      const wrong = wrongs.map((change) => [copyOf(state), { ...run, ...change }] as const);
      const strange = copyOf(state);
      disguise(strange, run.unit);
      const ended = begin(update);
      runOnFlash(ended, run);
      disguise(ended, run.unit);
      const without = [begin(update), { ...run, faults: faults.oldBroken }] as const;
      return [...wrong, without, [strange, run] as const, [ended, run] as const];
    });
    const copies = jobs.map(([state, run]) => [copyOf(state), run] as const);
    const inC = runInC(copies);
    const seen = new Set<number>();
    for (const [index, [state, run]] of jobs.entries()) {
      const { code } = runOnFlash(state, run);
      seen.add(code);
      const { old: _old, patch: _patch, ...device } = run;
      const what = `seed ${seed}, job ${index}, device ${JSON.stringify(device)}`;
      const other = inC[index]?.code ?? 0;
      // Where writes are lost, the one in C finds it as early as it copies from what it has written: the numbers that follow are refused then, or the segment is wrong.
      if (run.faults === faults.newLost && code === 21) assert.ok([18, 19, 21].includes(other), `${what}: ${other}`);
      else assert.equal(code, other, what);
    }
    for (const code of [0, 1, 12, 13, 15, 16, 21, 22])
      assert.ok(seen.has(code), `seed ${seed}: code ${code} never came`);
  });
});
