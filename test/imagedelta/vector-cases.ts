/** The test vectors of the format: pairs, and how their patches are made. */
import type { EncodePlan } from '../../src/imagedelta/encoder/encode.js';
import { type CodeKind, changeProgram, linkProgram, makeProgram, sequence } from './code-images.js';

/** A vector: `old`, `new` and `patch` lie in a folder of its name. */
export interface VectorCase {
  readonly name: string;
  readonly old: Uint8Array;
  readonly fresh: Uint8Array;
  readonly plan: EncodePlan;
}

/** A plan for a decoder of 16 KiB, one segment, two areas. */
export const plainPlan: EncodePlan = {
  tables: { contexts: 5, counterBits: 10, exactBits: 6, coarseBits: 9 },
  segmentSize: 2 ** 30,
  inPlace: false,
  downwards: false,
  counter: 0,
  product: '',
  writeUnit: 1,
  flashBlock: 1,
  digests: false,
  signatureLength: 0,
};

const small = { contexts: 2, counterBits: 8, exactBits: 4, coarseBits: 5 } as const;
const inPlace = { ...plainPlan, inPlace: true, segmentSize: 4096, flashBlock: 1024, writeUnit: 8 } as const;

function code(kind: CodeKind, seed: number): { readonly old: Uint8Array; readonly fresh: Uint8Array } {
  const program = makeProgram(kind, seed, 120);
  return { old: linkProgram(program), fresh: linkProgram(changeProgram(program, seed + 7)) };
}

function noise(seed: number, length: number): Uint8Array {
  const next = sequence(seed);
  return Uint8Array.from({ length }, () => next() & 255);
}

/** A text of few words, of which every fourth stands twice: copies of the new image are found in it. */
function text(seed: number, length: number): Uint8Array {
  const next = sequence(seed);
  const words = ['init', 'module', 'error: ', 'cannot ', 'open ', 'the ', 'file\n', 'value '];
  let made = '';
  while (made.length < length) {
    const line = Array.from({ length: 6 }, () => words[next() % 8] ?? '').join(String(next() % 10));
    made += next() % 4 === 0 ? `${line}${line}` : line;
  }
  return Buffer.from(made.slice(0, length), 'latin1');
}

/** All vectors. */
export function vectorCases(): readonly VectorCase[] {
  const thumb = code('thumb', 1);
  const aarch64 = code('aarch64', 2);
  const empty = new Uint8Array(0);
  return [
    { name: 'thumb', ...thumb, plan: plainPlan },
    { name: 'aarch64', ...aarch64, plan: plainPlan },
    { name: 'arm', ...code('arm', 3), plan: { ...plainPlan, product: 'EC25', counter: 7 } },
    { name: 'data', ...code('data', 4), plan: { ...plainPlan, tables: small } },
    { name: 'six-contexts', ...thumb, plan: { ...plainPlan, tables: { ...plainPlan.tables, contexts: 6 } } },
    { name: 'segments', ...aarch64, plan: { ...plainPlan, segmentSize: 4096, digests: true } },
    { name: 'in-place-upwards', ...thumb, plan: { ...inPlace, downwards: false } },
    { name: 'in-place-downwards', ...thumb, plan: { ...inPlace, downwards: true } },
    {
      name: 'in-place-shorter',
      old: aarch64.fresh,
      fresh: aarch64.old.slice(0, 9000),
      plan: { ...inPlace, downwards: false },
    },
    { name: 'in-place-text', old: text(7, 6000), fresh: text(8, 15_000), plan: { ...inPlace, downwards: true } },
    { name: 'text', old: text(5, 3000), fresh: text(6, 9000), plan: plainPlan },
    { name: 'noise', old: noise(9, 1000), fresh: noise(10, 3000), plan: plainPlan },
    { name: 'equal', old: noise(11, 5000), fresh: noise(11, 5000), plan: plainPlan },
    { name: 'from-empty', old: empty, fresh: text(12, 300), plan: plainPlan },
    { name: 'to-empty', old: noise(13, 300), fresh: empty, plan: plainPlan },
    { name: 'one-byte', old: noise(14, 1), fresh: noise(15, 1), plan: plainPlan },
    { name: 'zeros', old: new Uint8Array(10), fresh: new Uint8Array(50_000), plan: plainPlan },
  ];
}
