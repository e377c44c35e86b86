import type { Sides } from './stretches.js';

const votes = 32;
const looks = 64;
const lookBytes = 16;
const candidates = 4;

/**
 * The distance at which the most of some bytes of the target is found in the source: of none, `guess`, and those at which matches of
 * some places lie. A sample that begins at a wrong distance would stay there, and look far worse than the file.
 */
export function homeOf({ source, target, seeds }: Sides, from: number, to: number, guess: number): number {
  const found = new Map<number, number>();
  const step = Math.max(1, Math.floor((to - from) / votes));
  for (let at = from; at < to; at += step) {
    for (let i = at; i < Math.min(at + lookBytes, to); i += 1) {
      const position = seeds.find(target, i);
      if (position < 0) continue;
      found.set(position - i, (found.get(position - i) ?? 0) + 1);
      break;
    }
  }
  const likely = [...found].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, candidates);
  const part = Math.max(1, Math.floor((to - from) / looks));
  let best = 0;
  let most = -1;
  for (const offset of new Set([0, guess, ...likely.map(([each]) => each)])) {
    let same = 0;
    for (let at = from; at < to; at += part)
      for (let i = at; i < Math.min(at + lookBytes, to); i += 1) if (source[i + offset] === target[i]) same += 1;
    if (same <= most) continue;
    most = same;
    best = offset;
  }
  return best;
}
