import type { ByteList } from './bytes-list.js';
import type { Predictor } from './predictor.js';

/** Writes the tokens that are not as predicted. */
export interface ExceptionWriter {
  readonly token: (at: number, length: number, distance: number) => void;
  readonly count: () => number;
}

/** A writer at the beginning of a text: docs/formats/image-repack.md, section 4. */
export function openExceptions(out: ByteList, predictor: Predictor, shortest: number): ExceptionWriter {
  let right = 0;
  let count = 0;
  return {
    token: (at, length, distance) => {
      const guess = predictor.predict(at);
      if (guess.distance === distance && (distance === 0 || guess.length === length)) {
        right++;
      } else {
        out.varint(right);
        right = 0;
        count++;
        if (distance === 0) {
          out.varint(0);
        } else if (predictor.nearest(at, length) === distance) {
          out.varint(length + 2 - shortest);
        } else {
          out.varint(1);
          out.varint(length - shortest);
          out.u16(distance);
        }
      }
      predictor.take(at, length, distance);
    },
    count: () => count,
  };
}
