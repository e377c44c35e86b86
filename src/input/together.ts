import type { Fault } from '../model/errors.js';
import { showPlace } from '../model/errors.js';

/** So many faults of one kind are told one by one; more of them have one cause, and become one. */
const fewFaults = 5;

/** What says where a fault is, beside its file: the entry, or the line. */
function spotOf({ place }: Fault): string {
  if (place?.line !== undefined) return `line ${place.line}`;
  return place?.entry ?? (place === undefined ? '' : showPlace(place));
}

/** Faults that only differ in their entry or line as one, where they are many; `what` are these: names, lines. */
export function together(faults: readonly Fault[], what: string): readonly Fault[] {
  const alike = new Map<string, Fault[]>();
  for (const fault of faults) {
    const key = fault.code === 'parent-not-directory' ? fault.code : `${fault.code} ${fault.message}`;
    const group = alike.get(key) ?? [];
    alike.set(key, group);
    group.push(fault);
  }
  const told = new Set<Fault>();
  const joined: Fault[] = [];
  for (const group of alike.values()) {
    if (group.length <= fewFaults) for (const fault of group) told.add(fault);
    else if (group[0] !== undefined) {
      const shown = group.slice(0, 3).map(spotOf);
      const { place, ...first } = group[0];
      const one = first.found === undefined || place?.line === undefined ? '' : `; the first: ${first.found}`;
      const found = `${group.length} such ${what}: ${shown.join(', ')} and ${group.length - shown.length} more${one}`;
      const where = place?.line === undefined ? undefined : place.entry;
      joined.push({ ...first, place: place === undefined ? undefined : { file: place.file, entry: where }, found });
    }
  }
  return [...joined, ...faults.filter((fault) => told.has(fault))];
}
