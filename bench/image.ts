/**
 * Whole patch files of `dfota image-delta` against what Debian has, in the same run:
 *
 *     node dist/bench/image.js DIR [--pairs a,b] [--ram 16,32,64] [--skip-foreign]
 *
 * DIR has a folder for each pair, with `old` and `new`. Each patch is applied and compared. Rows: one for each size of memory
 * in KiB, one for 16 KiB in place with segments of 64 KiB, one without code awareness, then bsdiff, xdelta3 and zstd, where
 * they are installed. Seconds are of making the patch, with nothing else running.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyDelta } from '../src/imagedelta/decoder/apply.js';
import { type EncodeOptions, encodeDelta } from '../src/imagedelta/encoder/encode.js';
import { tableLines } from '../src/report/table.js';
import { type DeltaTarget, planDelta } from '../src/usecases/image-delta/plan.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string' },
    ram: { type: 'string', default: '16,32,64' },
    'skip-foreign': { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  process.stderr.write('usage: node dist/bench/image.js DIR [--pairs a,b] [--ram 16,32,64] [--skip-foreign]\n');
  process.exit(2);
}
const isPair = (name: string): boolean =>
  ['old', 'new'].every((side) => statSync(join(folder, name, side), { throwIfNoEntry: false })?.isFile() === true);
const all = readdirSync(folder).filter(isPair).sort();
const pairs = values.pairs === undefined ? all : values.pairs.split(',');

/** What one contender made of one pair. */
interface Made {
  readonly size: number;
  readonly seconds: number;
}

interface Contender {
  readonly name: string;
  readonly make: (oldFile: string, newFile: string) => Made | undefined;
}

function own(name: string, target: DeltaTarget, options: EncodeOptions = {}): Contender {
  return {
    name,
    make: (oldFile, newFile) => {
      const [old, fresh] = [readFileSync(oldFile), readFileSync(newFile)];
      const started = performance.now();
      const { patch } = encodeDelta(old, fresh, planDelta(target), options);
      const seconds = (performance.now() - started) / 1000;
      if (Buffer.compare(applyDelta(old, patch), fresh) !== 0) throw new Error(`${name}: ${oldFile}: another image`);
      return { size: patch.length, seconds };
    },
  };
}

function foreign(
  name: string,
  words: (oldFile: string, newFile: string, patch: string) => readonly string[],
): Contender {
  return {
    name,
    make: (oldFile, newFile) => {
      const work = mkdtempSync(join(tmpdir(), 'dfota-bench-image-'));
      const patch = join(work, 'patch');
      const [program = '', ...rest] = words(oldFile, newFile, patch);
      const started = performance.now();
      const { status } = spawnSync(program, rest, { stdio: 'ignore' });
      const seconds = (performance.now() - started) / 1000;
      const size = statSync(patch, { throwIfNoEntry: false })?.size;
      rmSync(work, { recursive: true });
      return status === 0 && size !== undefined ? { size, seconds } : undefined;
    },
  };
}

const sizes = (values.ram ?? '').split(',').map(Number);
const contenders: readonly Contender[] = [
  ...sizes.map((ram) => own(`dfota, ${ram} KiB`, { ram: ram * 1024 })),
  own('dfota, 16 KiB, in place, 64 KiB segments', { ram: 16_384, inPlace: true, segment: 65_536 }),
  own('dfota, 16 KiB, without code awareness', { ram: 16_384 }, { codeAware: false }),
  ...(values['skip-foreign']
    ? []
    : [
        foreign('bsdiff', (old, fresh, patch) => ['bsdiff', old, fresh, patch]),
        foreign('xdelta3 -9 -S lzma', (old, fresh, patch) => [
          'xdelta3',
          '-9',
          '-S',
          'lzma',
          '-f',
          '-e',
          '-s',
          old,
          fresh,
          patch,
        ]),
        foreign('zstd -19 --ultra --patch-from', (old, fresh, patch) => [
          ...['zstd', '-19', '--ultra', '--long=31', '-q', '-f', `--patch-from=${old}`, fresh, '-o', patch],
        ]),
      ]),
];

/** The pairs whose sum is given, where all of them are there. */
const summed = ['m4_pybv', 'esp8266', 'a64_uboot_big', 'modem'];
const rows = contenders.map(({ name, make }) => {
  const made = new Map(pairs.map((pair) => [pair, make(join(folder, pair, 'old'), join(folder, pair, 'new'))]));
  const sum = summed.reduce((total, pair) => total + (made.get(pair)?.size ?? Number.NaN), 0);
  const cells = pairs.map((pair) => {
    const each = made.get(pair);
    return each === undefined ? '-' : `${each.size} (${each.seconds.toFixed(1)} s)`;
  });
  process.stderr.write(`${name}: ${cells.join(', ')}\n`);
  return [name, ...cells, Number.isNaN(sum) ? '-' : String(sum)];
});
const columns = [...pairs, 'sum of four'].map((heading) => ({ heading, align: 'right' as const }));
process.stdout.write(`${tableLines([{ heading: '' }, ...columns], rows).join('\n')}\n`);
