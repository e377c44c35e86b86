/** How many units must be put in, taken out or replaced to get from one text to the other, if at most `limit`. */
function editsBetween(a: string, b: string, limit: number): number | undefined {
  if (Math.abs(a.length - b.length) > limit) return undefined;
  // Only cells this near to the diagonal can be within the limit; beside them stand cells that never win.
  const width = 2 * limit + 1;
  let above = Array.from({ length: width }, (_, at) => Math.abs(at - limit));
  for (let row = 1; row <= a.length; row++) {
    const line: number[] = [];
    let least = limit + 1;
    for (let at = 0; at < width; at++) {
      const column = row + at - limit;
      const replaced = (above[at] ?? 0) + (a.charAt(row - 1) === b.charAt(column - 1) ? 0 : 1);
      const edits =
        column === 0
          ? row
          : column < 0 || column > b.length
            ? limit + 1
            : Math.min(replaced, (above[at + 1] ?? limit) + 1, (line[at - 1] ?? limit) + 1);
      line.push(edits);
      least = Math.min(least, edits);
    }
    if (least > limit) return undefined;
    above = line;
  }
  const edits = above[b.length - a.length + limit] ?? 0;
  return edits > limit ? undefined : edits;
}

/**
 * The text that was probably meant: equal but for upper and lower case, or a few letters away; the first such in the
 * order given. `undefined` where nothing is near.
 */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  const wanted = text.toLowerCase();
  let best: string | undefined;
  let limit = Math.min(3, Math.floor(wanted.length / 4));
  for (const candidate of candidates) {
    const edits = editsBetween(wanted, candidate.toLowerCase(), limit);
    if (edits === undefined || (best !== undefined && edits >= limit)) continue;
    best = candidate;
    limit = edits;
    if (edits === 0) break;
  }
  return best;
}

/** The name that was probably meant, of an option or a key: one with two neighbouring letters the other way round, or else the nearest. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const known = new Set(candidates);
  for (let at = 0; !known.has(name) && at + 1 < Math.min(name.length, 64); at += 1) {
    const turned = name.slice(0, at) + name.charAt(at + 1) + name.charAt(at) + name.slice(at + 2);
    if (known.has(turned)) return turned;
  }
  return nearest(name, known);
}
