/** The codes of findings and errors, as a person looks them up. */

import { type Code, codeTexts, isCode } from '../model/codes.js';
import type { Explanation } from '../model/explanation.js';
import { longestCodeCharacters, mostCodesSuggested } from '../model/limits/explain.js';
import { nearest } from '../model/nearest.js';

const codes = Object.keys(codeTexts).filter(isCode);

/** What a code of a finding or of an error means; `undefined` for a word that is none. */
export function findingCode(word: string): Explanation | undefined {
  const code = word.toLowerCase();
  if (!isCode(code)) return undefined;
  const { meaning, remedy } = codeTexts[code];
  return { subject: code, meaning, causes: [], look: [remedy] };
}

/** How many parts of what was asked for the code has, spelled nearly so; the first part, which says what it is about, counts half more. */
function likeness(code: Code, wanted: readonly string[]): number {
  const parts = code.split('-');
  const shared = wanted.filter((part) => part.length > 2 && nearest(part, parts) !== undefined).length;
  return shared + (nearest(wanted[0] ?? '', parts.slice(0, 1)) === undefined ? 0 : 0.5);
}

/** Codes that a word was probably meant to be: those that share most of its parts, else one spelled nearly so. */
export function nearCodes(word: string): readonly Code[] {
  const wanted = word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-');
  if (wanted.length > longestCodeCharacters) return [];
  const scored = codes.map((code) => ({ code, score: likeness(code, wanted.split('-')) }));
  const most = Math.max(...scored.map(({ score }) => score));
  if (most > 0) return scored.flatMap(({ code, score }) => (score === most ? [code] : [])).slice(0, mostCodesSuggested);
  const spelled = nearest(wanted, codes);
  return spelled !== undefined && isCode(spelled) ? [spelled] : [];
}
