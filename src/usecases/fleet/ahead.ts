/** Work that is begun before it is asked for. */

/**
 * A function that gives what `act` makes of an item. The items are asked for in their order, one after the other; while one is waited for, those behind it are
 * under way, `atOnce` in all. What fails is told to who asks for it.
 */
export function workAhead<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  act: (item: Item) => Promise<Result>,
): (item: Item) => Promise<Result> {
  const begun = new Map<Item, Promise<Result>>();
  const begin = (item: Item): Promise<Result> => {
    const before = begun.get(item);
    if (before !== undefined) return before;
    const work = act(item);
    work.catch(() => {});
    begun.set(item, work);
    return work;
  };
  return async (item) => {
    const at = items.indexOf(item);
    const own = begin(item);
    if (at >= 0) for (const next of items.slice(at + 1, at + atOnce)) begin(next);
    try {
      return await own;
    } finally {
      // Asked for again, it is begun again: the results of thousands need not be held.
      begun.delete(item);
    }
  };
}
