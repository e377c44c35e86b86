/**
 * What comparing packed parts unpacked gives, by who has packed them:
 *
 *     node dist/bench/image-repack.js DIR [--pairs a,b] [--packers gzip,zopfli]
 *
 * DIR has a folder for each pair, with `old` and `new`. Each is packed by each packer that is installed and put into an image with a
 * header and a tail. Columns: the patch of the images as they are; with --repack; and of the two texts alone, which no
 * patch of the packed images can be smaller than by much. Each patch is applied and compared. `exceptions` are decisions of the
 * packer that had to be sent, of how many. Slow packers are left out for images over 8 MB. Seconds are of making the patch
 * with --repack and of applying it, with nothing else running.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pako from 'pako';
import { applyRepacked } from '../src/imagedelta/decoder/repack/apply-repacked.js';
import { encodeDelta } from '../src/imagedelta/encoder/encode.js';
import { encodeRepacked, expandPair } from '../src/imagedelta/repack/encode.js';
import type { RepackWay } from '../src/model/image-delta.js';
import { tableLines } from '../src/report/table.js';
import { planDelta } from '../src/usecases/image-delta/plan.js';
import { repackProofs } from '../src/usecases/image-delta/repack-proofs.js';

interface Packer {
  readonly name: string;
  readonly way: RepackWay;
  readonly slow: boolean;
  /** The packed file; `undefined` where the program is missing. */
  readonly pack: (text: Uint8Array, file: string) => Uint8Array | undefined;
}

const most = 2 ** 30;

function program(name: string, way: RepackWay, slow: boolean, words: (file: string) => readonly string[]): Packer {
  return {
    name: words('').join(' ').trim(),
    way,
    slow,
    pack: (_text, file) => {
      const { status, stdout } = spawnSync(name, words(file).slice(1), { maxBuffer: most });
      return status === 0 ? stdout : undefined;
    },
  };
}

const packers: readonly Packer[] = [
  program('gzip', 'deflate', false, (file) => ['gzip', '-9', '-n', '-c', file]),
  { name: 'zlib 6', way: 'deflate', slow: false, pack: (text) => pako.deflate(text, { level: 6 }) },
  { name: 'zlib 9', way: 'deflate', slow: false, pack: (text) => pako.deflate(text, { level: 9 }) },
  program('zopfli', 'deflate', true, (file) => ['zopfli', '-c', '--i5', file]),
  program('7zz', 'deflate', true, (file) => ['7zz', 'a', '-tgzip', '-mx9', '-so', '-an', file]),
  program('lz4', 'lz4', false, (file) => ['lz4', '-q', '-l', '-9', '-c', file]),
  program('lz4', 'lz4', true, (file) => ['lz4', '-q', '-l', '-12', '-c', file]),
  program('xz', 'lzma', true, (file) => ['xz', '--format=lzma', '-6', '-c', file]),
  program('xz', 'lzma', true, (file) => ['xz', '--format=lzma', '-1', '-c', file]),
  program('xz', 'xz', true, (file) => ['xz', '-6', '-T1', '-c', file]),
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string' }, packers: { type: 'string' } },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write('usage: node dist/bench/image-repack.js DIR [--pairs a,b] [--packers gzip,zopfli]\n');
  process.exit(2);
}
const sides = ['old', 'new'] as const;
const isPair = (name: string): boolean =>
  sides.every((side) => statSync(join(folder, name, side), { throwIfNoEntry: false })?.isFile() === true);
const pairs = values.pairs?.split(',') ?? readdirSync(folder).filter(isPair).sort();
const chosen = packers.filter(({ name }) => values.packers?.split(',').some((word) => name.startsWith(word)) !== false);

const large = 8_000_000;
const plan = planDelta({});
const work = mkdtempSync(join(tmpdir(), 'dfota-bench-repack-'));

function imageOf(packed: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.alloc(64, 0x49), packed, Buffer.alloc(1000, 0x2e)]);
}

function row(pair: string, { name, way, pack }: Packer, alone: number): readonly string[] | undefined {
  const [before, after] = sides.map((side) => {
    const file = join(work, 'text');
    const text = readFileSync(join(folder ?? '', pair, side));
    writeFileSync(file, text);
    return pack(text, file);
  });
  if (before === undefined || after === undefined) return undefined;
  const [old, fresh] = [imageOf(before), imageOf(after)];
  const plain = encodeDelta(old, fresh, plan).patch.length;
  const started = performance.now();
  const expanded = expandPair(old, fresh, [way], repackProofs);
  const [part] = expanded.fresh.parts;
  if (part === undefined) return [pair, name, `${fresh.length}`, `${plain}`, 'stays packed', `${alone}`, '', '', ''];
  const { patch } = encodeRepacked(old, fresh, expanded, plan);
  const made = performance.now();
  if (Buffer.compare(applyRepacked(old, patch), fresh) !== 0) throw new Error(`${pair}, ${name}: another image`);
  const applied = performance.now();
  const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1);
  return [
    pair,
    name,
    `${fresh.length}`,
    `${plain}`,
    `${patch.length}`,
    `${alone}`,
    `${part.exceptions}`,
    seconds(started, made),
    seconds(made, applied),
  ];
}

const rows: (readonly string[])[] = [];
for (const pair of pairs) {
  const [before, after] = sides.map((side) => readFileSync(join(folder, pair, side)));
  if (before === undefined || after === undefined) continue;
  const alone = encodeDelta(before, after, plan).patch.length;
  for (const packer of chosen) {
    if (packer.slow && after.length > large) continue;
    const made = row(pair, packer, alone);
    process.stderr.write(`${pair}, ${packer.name}: ${made?.slice(3).join(' ') ?? 'not installed'}\n`);
    if (made !== undefined) rows.push(made);
  }
}
rmSync(work, { recursive: true });
const numbers = [
  'packed bytes',
  'compared packed',
  'with --repack',
  'texts alone',
  'exceptions',
  's to make',
  's to apply',
];
const columns = [
  { heading: 'pair' },
  { heading: 'packed by' },
  ...numbers.map((heading) => ({ heading, align: 'right' as const })),
];
process.stdout.write(`${tableLines(columns, rows).join('\n')}\n`);
