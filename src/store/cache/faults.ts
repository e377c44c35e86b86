/** What a cache has to tell at the end of a run: each kind once, with how often it was met. */
import type { Code } from '../../model/codes.js';
import type { Fault } from '../../model/errors.js';
import type { Finding } from '../../model/finding.js';

interface Counted {
  readonly fault: Fault;
  count: number;
}

/** Takes note of faults and gives them as warnings. */
export class CacheFaults {
  readonly #counted = new Map<Code, Counted>();

  /** Notes a fault; of those of one kind the first is told, and the number of all. */
  add(fault: Fault): void {
    const before = this.#counted.get(fault.code);
    if (before === undefined) this.#counted.set(fault.code, { fault, count: 1 });
    else before.count += 1;
  }

  /** The warnings so far. */
  findings(): readonly Finding[] {
    return [...this.#counted.values()].map(({ fault, count }) => ({
      ...fault,
      severity: 'warning',
      found: count === 1 ? fault.found : [`${count} times`, fault.found].filter(Boolean).join(', first: '),
    }));
  }
}
