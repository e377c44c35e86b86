import { mostLittlefsProblemsShown } from '../../model/limits/littlefs.js';
import type { LittlefsProblem } from '../../model/littlefs.js';

/** Problems while an image is read: so many are kept, the others are counted. */
export interface Problems {
  readonly list: readonly LittlefsProblem[];
  more(): number;
  add(problem: LittlefsProblem): void;
}

/** None yet. */
export function noProblems(): Problems {
  const list: LittlefsProblem[] = [];
  let more = 0;
  return {
    list,
    more: () => more,
    add: (problem) => {
      if (list.length < mostLittlefsProblemsShown) list.push(problem);
      else more += 1;
    },
  };
}
