/** Counts how often places of a list are named, over and over: thousands of names each time, of few places. */
export class PlaceCounts {
  readonly #counts: Uint32Array;
  #named: number[] = [];

  /** For a list of that length. */
  constructor(length: number) {
    this.#counts = new Uint32Array(length);
  }

  /** Counts the place once more. */
  add(place: number): void {
    const count = this.#counts[place] ?? 0;
    if (count === 0) this.#named.push(place);
    this.#counts[place] = count + 1;
  }

  /** Tells how often each place was named, in the order in which they were named first, and begins anew. */
  take(each: (place: number, count: number) => void): void {
    const named = this.#named;
    this.#named = [];
    for (const place of named) {
      each(place, this.#counts[place] ?? 0);
      this.#counts[place] = 0;
    }
  }
}

/** A number of 32 bits with a sign: those above 2^31 without one are objects to V8, and maps find them late. */
export function withSign(number: number): number {
  return number | 0;
}

/** The places of a list at which numbers stand: of most numbers there is one, for which no list is made. */
export class Places {
  readonly #places = new Map<number, number | number[]>();

  /** The number is a whole one of 32 bits. */
  add(hash: number, place: number): void {
    const number = withSign(hash);
    const found = this.#places.get(number);
    if (found === undefined) this.#places.set(number, place);
    else if (typeof found === 'number') this.#places.set(number, [found, place]);
    else found.push(place);
  }

  /** Counts the places of a number, unless it stands at more than so many. */
  count(hash: number, most: number, counts: PlaceCounts): void {
    const found = this.#places.get(withSign(hash));
    if (typeof found === 'number') counts.add(found);
    else if (found !== undefined && found.length <= most) for (const place of found) counts.add(place);
  }
}
