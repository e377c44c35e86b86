/** Finds the matcher that predicts a packer best. */
import { type Decisions, deflateDecisions } from './deflate-decisions.js';
import { lz4Decisions } from './lz4-decisions.js';
import type { DeflateBlock, DeflateStream } from './parse-deflate.js';
import type { Lz4Stream } from './parse-lz4.js';
import { type MatcherSettings, noMatcher } from './predictor.js';

/** Good, lazy, nice and chain of zlib's levels 1 to 9. */
const zlibLevels: readonly (readonly ['greedy' | 'lazy', number, number, number, number])[] = [
  ['lazy', 32, 258, 258, 4096],
  ['lazy', 8, 16, 128, 128],
  ['greedy', 4, 4, 8, 4],
  ['lazy', 32, 128, 258, 1024],
  ['lazy', 8, 32, 128, 256],
  ['lazy', 8, 16, 32, 32],
  ['lazy', 4, 4, 16, 16],
  ['greedy', 4, 6, 32, 32],
  ['greedy', 4, 5, 16, 8],
];
const deflateMatchers: readonly MatcherSettings[] = zlibLevels.map(([mode, good, lazy, nice, chain]) => ({
  mode,
  hashBits: 15,
  good,
  lazy,
  nice,
  chain,
  farthest: 32_506,
  tooFar: mode === 'lazy' ? 4096 : 0,
}));

/** Chains of the levels of lz4's slow packer, and of the ones that weigh ways against each other. */
const lz4Matchers: readonly MatcherSettings[] = [256, 4096, 128, 64, 32, 16, 8, 4].map((chain) => ({
  mode: 'lazy',
  hashBits: 15,
  good: 65_535,
  lazy: 65_535,
  nice: 65_535,
  chain,
  farthest: 65_535,
  tooFar: 65_535,
}));

/** Bytes of text by which matchers are compared. */
const sampleBytes = 98_304;

/** How a stream is told, and by which matcher. */
export interface Told extends Decisions {
  readonly settings: MatcherSettings;
}

function best<T>(
  sample: T,
  matchers: readonly MatcherSettings[],
  decide: (stream: T, settings: MatcherSettings) => Decisions | undefined,
): MatcherSettings {
  let found = noMatcher;
  let least = Number.POSITIVE_INFINITY;
  for (const settings of [...matchers, noMatcher]) {
    const told = decide(sample, settings);
    if (told === undefined || told.bytes.length >= least) continue;
    [found, least] = [settings, told.bytes.length];
    if (told.exceptions === 0) break;
  }
  return found;
}

/** The decisions of a deflate stream, by the matcher that predicts its beginning best. */
export function tellDeflate(stream: DeflateStream): Told | undefined {
  const sample = deflateSample(stream);
  const settings = best(sample, deflateMatchers, deflateDecisions);
  return tell(stream, settings, deflateDecisions);
}

/** The same of blocks of lz4. */
export function tellLz4(stream: Lz4Stream): Told | undefined {
  return tell(stream, best(lz4Sample(stream), lz4Matchers, lz4Decisions), lz4Decisions);
}

function tell<T>(
  stream: T,
  settings: MatcherSettings,
  decide: (stream: T, settings: MatcherSettings) => Decisions | undefined,
): Told | undefined {
  const told = decide(stream, settings);
  return told === undefined ? undefined : { ...told, settings };
}

/** The beginning of a stream, as one block: the last token may pass the end of the text, so a match's worth is left off. */
function deflateSample(stream: DeflateStream): DeflateStream {
  if (stream.text.length <= sampleBytes) return stream;
  const { lengths, distances } = stream.tokens;
  const blocks: DeflateBlock[] = [];
  let at = 0;
  let index = 0;
  for (const block of stream.blocks) {
    if (block.kind === 'stored') {
      if (at + block.count > sampleBytes) break;
      at += block.count;
      blocks.push(block);
      continue;
    }
    const first = index;
    for (; index < first + block.count && at + 258 <= sampleBytes; index++)
      at += distances[index] === 0 ? 1 : (lengths[index] ?? 0);
    blocks.push({ ...block, count: index - first });
    if (index < first + block.count) break;
  }
  return { ...stream, blocks, text: stream.text.subarray(0, at) };
}

function lz4Sample(stream: Lz4Stream): Lz4Stream {
  const { lengths, distances } = stream.tokens;
  const [end = 0] = stream.ends;
  if (stream.stored[0] === true || stream.text.length <= sampleBytes) return stream;
  let at = 0;
  let index = 0;
  for (; index < end && at < sampleBytes; index++) at += distances[index] === 0 ? 1 : (lengths[index] ?? 0);
  return { ...stream, ends: [index], stored: [false] };
}
