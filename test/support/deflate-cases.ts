/** Inputs that lead a deflate encoder to its borders, and what classic zlib itself makes of them. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';

/** What zlib's deflateInit2 is given for a raw stream; strategy 0 is the default one, 1 the filtered one. */
export interface DeflateCase {
  readonly bytes: Uint8Array;
  readonly level: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly memLevel: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly windowBits: number;
  readonly strategy: 0 | 1;
}

/** How long inputs are: around what a window, a hash and a stored block hold, and in between. */
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 2000 }),
  fc.integer({ min: 32_000, max: 34_000 }),
  fc.integer({ min: 65_000, max: 66_600 }),
  fc.integer({ min: 0, max: 400_000 }),
);

type Shape = 'letters' | 'runs' | 'copies' | 'far' | 'words' | 'collisions' | 'noise in copies';
const shapes: readonly Shape[] = ['letters', 'runs', 'copies', 'far', 'words', 'collisions', 'noise in copies'];

/** Distances at the border of what matches may have, for windows of 32, 16 and 8 KiB and of 512 bytes. */
const distances = [1, 2, 7, 249, 250, 251, 7930, 16_122, 16_123, 32_505, 32_506, 32_507, 32_768, 33_000];

/** Bytes whose hash of 3 bytes is the same for many different threes, with 15 bits of hash. */
const colliding = [0x01, 0x20, 0x21, 0x40, 0x41, 0x60];

function fill(size: number, shape: Shape, letters: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  const below = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(((state >>> 8) / 2 ** 24) * n);
  };
  const pick = (of: readonly number[]): number => of[below(of.length)] ?? 0;
  const bytes = new Uint8Array(size);
  const words = Array.from({ length: 40 }, () => Array.from({ length: 3 + below(9) }, () => below(256)));
  const distance = pick(distances);
  for (let at = 0; at < size; ) {
    if (shape === 'runs') {
      const end = at + 1 + below(600);
      bytes.fill(below(letters), at, end);
      at = end;
    } else if (shape === 'copies' && at > 4 && below(10) < 8) {
      const back = Math.min(at, pick(distances));
      for (let left = 3 + below(below(2) === 0 ? 8 : 300); left > 0 && at < size; left--, at++)
        bytes[at] = bytes[at - back] ?? 0;
    } else if ((shape === 'far' || shape === 'noise in copies') && at >= distance) {
      bytes[at] = below(shape === 'far' ? 500 : 12) === 0 ? below(256) : (bytes[at - distance] ?? 0);
      at++;
    } else if (shape === 'words') {
      for (const byte of words[below(40)] ?? []) if (at < size) bytes[at++] = byte;
    } else {
      bytes[at++] = shape === 'collisions' ? pick(colliding) : below(letters);
    }
  }
  return bytes;
}

const inputs: fc.Arbitrary<Uint8Array> = fc
  .tuple(sizes, fc.constantFrom(...shapes), fc.constantFrom(1, 2, 4, 16, 256), fc.integer())
  .map(([size, shape, letters, seed]) => fill(size, shape, letters, seed));

/** Every setting that IMGDIFF2 may name and that is not left to pako, over all shapes of input. */
export const deflateCases: fc.Arbitrary<DeflateCase> = fc.noShrink(
  fc.record({
    bytes: inputs,
    level: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9),
    memLevel: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9),
    windowBits: fc.oneof(fc.constant(15), fc.integer({ min: 9, max: 15 })),
    strategy: fc.constantFrom(0, 1),
  }),
);

/** All bytes of two cases that differ are not worth reading: what they are made by is. */
export function titleOf({ bytes, ...settings }: DeflateCase): string {
  return `${bytes.length} bytes, ${JSON.stringify(settings)}`;
}

const script = `
import sys, zlib, struct
data = sys.stdin.buffer.read()
at = 0
while at < len(data):
    level, mem, bits, strategy, size = struct.unpack_from('<5I', data, at)
    at += 20
    c = zlib.compressobj(level, zlib.DEFLATED, -bits, mem, strategy)
    made = c.compress(data[at:at + size]) + c.flush()
    at += size
    sys.stdout.buffer.write(struct.pack('<I', len(made)) + made)
`;

/** The version of the zlib that Python carries; undefined where there is no Python. */
export function pythonZlib(): string | undefined {
  const { status, stdout } = spawnSync('python3', ['-c', 'import zlib; print(zlib.ZLIB_RUNTIME_VERSION)']);
  return status === 0 ? stdout.toString().trim() : undefined;
}

/** What Python's zlib makes of all the cases. */
export function deflatedByPython(cases: readonly DeflateCase[]): readonly Uint8Array[] {
  const input = cases.flatMap(({ bytes, level, memLevel, windowBits, strategy }) => {
    const head = Buffer.alloc(20);
    [level, memLevel, windowBits, strategy, bytes.length].forEach((value, i) => {
      head.writeUInt32LE(value, 4 * i);
    });
    return [head, bytes];
  });
  const { status, stdout, stderr } = spawnSync('python3', ['-c', script], {
    input: Buffer.concat(input),
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`python3: ${stderr.toString()}`);
  const made: Uint8Array[] = [];
  for (let at = 0; at < stdout.length; ) {
    const size = stdout.readUInt32LE(at);
    made.push(stdout.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return made;
}
