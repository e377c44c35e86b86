/** Texts packed by LZMA, by many packers and settings. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workFolder } from '../../../support/work-folder.js';

/** Packs a text; `undefined` where the packer is missing. */
export interface LzmaPacker {
  readonly name: string;
  readonly way: 'lzma' | 'xz';
  /** Whether each of its decisions is predicted. */
  readonly exact: boolean;
  readonly pack: (text: Uint8Array) => Uint8Array | undefined;
}

const work = workFolder('lzma-packers');

function xz(...words: readonly string[]): LzmaPacker['pack'] {
  return (text) => {
    const { status, stdout } = spawnSync('xz', ['-c', '-T1', ...words], { input: text, maxBuffer: 2 ** 28 });
    return status === 0 ? stdout : undefined;
  };
}

/** The encoder of the LZMA SDK, which reads and writes files. */
function lzmaAlone(...words: readonly string[]): LzmaPacker['pack'] {
  return (text) => {
    const [from, to] = [join(work, 'text'), join(work, 'packed')];
    writeFileSync(from, text);
    const { status } = spawnSync('lzma_alone', ['e', from, to, ...words], { stdio: 'ignore' });
    return status === 0 ? readFileSync(to) : undefined;
  };
}

export const lzmaPackers: readonly LzmaPacker[] = [
  ...['preset=4', 'preset=6', 'preset=9e,dict=1MiB'].map(
    (words): LzmaPacker => ({
      name: `xz --format=lzma, ${words}`,
      way: 'lzma',
      exact: true,
      pack: xz('--format=lzma', `--lzma1=${words}`),
    }),
  ),
  { name: 'xz --format=lzma -1', way: 'lzma', exact: false, pack: xz('--format=lzma', '-1') },
  {
    name: 'xz with other contexts',
    way: 'lzma',
    exact: true,
    pack: xz('--format=lzma', '--lzma1=preset=6,lc=1,lp=2,pb=0'),
  },
  { name: 'the LZMA SDK', way: 'lzma', exact: true, pack: lzmaAlone() },
  { name: 'the LZMA SDK with an end mark', way: 'lzma', exact: true, pack: lzmaAlone('-eos', '-fb64', '-lc0', '-lp2') },
  { name: 'the LZMA SDK, fast', way: 'lzma', exact: false, pack: lzmaAlone('-a0') },
  { name: 'xz -6', way: 'xz', exact: true, pack: xz('-6') },
  { name: 'xz -0 without a check', way: 'xz', exact: false, pack: xz('-0', '--check=none') },
  { name: 'xz in blocks', way: 'xz', exact: true, pack: xz('-6', '--block-size=20000', '--check=sha256') },
  { name: 'xz --arm', way: 'xz', exact: true, pack: xz('--arm', '--lzma2=preset=6', '--check=crc32') },
  { name: 'xz --armthumb', way: 'xz', exact: true, pack: xz('--armthumb', '--lzma2=preset=6') },
  { name: 'xz --arm64', way: 'xz', exact: true, pack: xz('--arm64', '--lzma2=preset=6') },
  { name: 'xz with a filter that is left', way: 'xz', exact: true, pack: xz('--x86', '--lzma2=preset=6') },
];
