/** The highest of these numbers; -1 for none. There may be more than a call takes arguments. */
export function highest(numbers: Iterable<number>): number {
  let most = -1;
  for (const number of numbers) if (number > most) most = number;
  return most;
}
