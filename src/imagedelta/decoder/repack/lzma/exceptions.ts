/** Tokens by how they differ from what is predicted: docs/formats/image-repack.md, section 10. */
import { refuseDecisions } from '../refuse.js';
import type { DecisionReader } from '../token-stream.js';
import { kinds, type LzmaModel, type Token } from './model.js';

/** What predicts tokens; without it each is expected to be a literal. */
export interface Predictor {
  predict(): Token;
  nearest(length: number): number;
}

const literal: Token = { kind: kinds.literal, length: 1, distance: 0 };

/** Predicts literals. */
export const noPredictor: Predictor = { predict: () => literal, nearest: () => 0 };

/** The kinds of an exception; a repetition is told by `rep` and its number. */
const told = { literal: 0, shortRep: 1, rep: 2, nearest: 6, match: 7 } as const;
const longestMatch = 273;

/** Gives the tokens of a part that is to be packed. */
export interface TokenSource {
  /** The token at the model's place, of a chunk that ends at `end`. Throws a DeltaError with code 26 where it is none. */
  next(predictor: Predictor, end: number): { readonly token: Token; readonly asExpected: boolean };
  /** Throws where exceptions are left. */
  finish(): void;
}

/** Reads exceptions from where the decisions stand to their end. */
export function openTokenSource(model: LzmaModel, decisions: DecisionReader): TokenSource {
  const gap = (): number => (decisions.ended ? Number.POSITIVE_INFINITY : decisions.varint());
  let right = gap();
  const exception = (predictor: Predictor): Token => {
    const kind = decisions.varint();
    if (kind === told.literal) return literal;
    if (kind === told.shortRep) return { kind: kinds.shortRep, length: 1, distance: 0 };
    if (kind > told.match) refuseDecisions(`a token of kind ${kind}`);
    const length = 2 + decisions.varint();
    if (kind < told.nearest) return { kind: kinds.rep + kind - told.rep, length, distance: 0 };
    const distance = kind === told.match ? decisions.u32() : predictor.nearest(length);
    return { kind: kinds.match, length, distance };
  };
  return {
    next: (predictor, end) => {
      const asExpected = right > 0;
      // Also where it is wrong: a plan that is made changes what later ones cost.
      const expected = predictor.predict();
      const token = asExpected ? expected : exception(predictor);
      if (asExpected) right--;
      else right = gap();
      checkToken(model, token, end);
      return { token, asExpected };
    },
    finish: () => {
      if (right !== Number.POSITIVE_INFINITY) refuseDecisions('exceptions are left over');
    },
  };
}

/** A token must be one of the text that it stands for. */
function checkToken({ text, at, begin, distances }: LzmaModel, token: Token, end: number): void {
  const { kind, length } = token;
  if (at + length > end) refuseDecisions('a token passes the end of its text or chunk');
  if (kind === kinds.literal) return;
  if (length > longestMatch) refuseDecisions(`a match of ${length} bytes`);
  const which = kind === kinds.shortRep ? 0 : kind - kinds.rep;
  const distance = kind === kinds.match ? token.distance : (distances[which] ?? 0);
  if (distance === 0 || distance > at - begin) refuseDecisions(`a match reaches ${distance} bytes back`);
  for (let i = at; i < at + length; i++)
    if (text[i] !== text[i - distance]) refuseDecisions('a match is none in its text');
}

/** Writes the exceptions of a part that was taken apart. */
export interface TokenSink {
  /** The token at the model's place; answers whether it was expected. */
  add(predictor: Predictor, token: Token): boolean;
}

/** Appends exceptions to what has been written of the decisions. */
export function openTokenSink(out: number[]): TokenSink {
  const varint = (value: number): void => {
    let left = value;
    for (; left > 127; left = Math.floor(left / 128)) out.push(128 + (left % 128));
    out.push(left);
  };
  let right = 0;
  return {
    add: (predictor, { kind, length, distance }) => {
      const expected = predictor.predict();
      if (
        expected.kind === kind &&
        expected.length === length &&
        (kind !== kinds.match || expected.distance === distance)
      ) {
        right++;
        return true;
      }
      varint(right);
      right = 0;
      if (kind < kinds.rep) {
        varint(kind === kinds.literal ? told.literal : told.shortRep);
      } else if (kind < kinds.match) {
        varint(told.rep + kind - kinds.rep);
        varint(length - 2);
      } else {
        const near = predictor.nearest(length) === distance;
        varint(near ? told.nearest : told.match);
        varint(length - 2);
        if (!near) for (let shift = 0; shift < 32; shift += 8) out.push((distance >>> shift) & 255);
      }
      return false;
    },
  };
}
