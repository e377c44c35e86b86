import type { GenerateOptions } from '../../src/usecases/generate/generate.js';
import { seededRandom } from './random.js';
import type { NodeSpec, TargetFilesSpec } from './targetfiles.js';

/** Build paths (one unit a byte) and what is there; `null` takes away what every build under test has. */
export type Nodes = Readonly<Record<string, NodeSpec | null>>;

/** Two builds that show one thing. Both have the sane defaults of `targetfiles.ts` beside what is said here. */
export interface Scenario {
  /** What both builds have. */
  readonly both?: Nodes;
  readonly before?: Nodes;
  readonly after?: Nodes;
  /**
   * Where the device does not end as the target: what it ends with in place of `after`. Written by hand, so that the
   * proof does not rest on the plan's word.
   */
  readonly ends?: Nodes;
  /** Letters of the command line; `a` unless told. */
  readonly parts?: string;
  readonly options?: Partial<Pick<GenerateOptions, 'bootUpdate' | 'dialect' | 'permissions'>>;
  /** `strict` unless told. */
  readonly profile?: GenerateOptions['verify']['profile'];
  /** Images of MULTIFOTA/ that shall be on a partition afterwards, and its name. */
  readonly images?: Readonly<Record<string, string>>;
  /** Codes of findings that must be reported. */
  readonly findings?: readonly string[];
  readonly misc?: TargetFilesSpec['misc'];
  /** The package leads to the target, and is lost by two power cuts: it is made without a proof, and the proof must say so. */
  readonly losesToCuts?: boolean;
}

/** Checks and returns the scenario. */
export function scenario(spec: Scenario): Scenario {
  return spec;
}

/** Lines of text that no other subject shares; the given lines (from 1) are edited. */
export function text(subject: string, lines: number, ...editedLines: readonly number[]): string {
  let seed = lines;
  for (const letter of subject) seed = Math.imul(seed, 31) + letter.charCodeAt(0);
  const random = seededRandom(seed);
  let all = '';
  for (let line = 1; line <= lines; line++) {
    const value = random.below(1_000_000_000);
    all += `${subject}.${line} = ${editedLines.includes(line) ? 'edited' : value}\n`;
  }
  return all;
}

/** Bytes without any pattern, different for each subject. */
export function noise(subject: string, length: number): Uint8Array {
  let seed = length;
  for (const letter of subject) seed = Math.imul(seed, 31) + letter.charCodeAt(0);
  return seededRandom(seed).bytes(length);
}
