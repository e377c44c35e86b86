/** Counts the work of a computation, so that its growth can be held without a clock. */
import assert from 'node:assert/strict';

type Call = (self: unknown, args: unknown[]) => unknown;

interface Method {
  readonly holder: object;
  readonly name: PropertyKey;
  /** The steps that one call stands for. */
  readonly steps: (self: unknown) => number;
}

function iteratorOf(iterator: object): object {
  const prototype: unknown = Object.getPrototypeOf(iterator);
  if (typeof prototype !== 'object' || prototype === null) throw new Error('an iterator without a prototype');
  return prototype;
}

const one = (): number => 1;
const length = (self: unknown): number => (Array.isArray(self) ? self.length : 1);

const counted: readonly Method[] = [
  ...[new Map().keys(), new Set().keys(), [].keys()].map((it) => ({
    holder: iteratorOf(it),
    name: 'next',
    steps: one,
  })),
  ...['get', 'has', 'set', 'delete'].map((name) => ({ holder: Map.prototype, name, steps: one })),
  ...['has', 'add', 'delete'].map((name) => ({ holder: Set.prototype, name, steps: one })),
  ...['filter', 'map', 'flatMap', 'slice', 'sort', 'toSorted', 'toReversed', 'reduce', 'join', 'concat'].map(
    (name) => ({ holder: Array.prototype, name, steps: length }),
  ),
  ...['charAt', 'charCodeAt', 'startsWith', 'slice', 'lastIndexOf', 'split', 'toLowerCase'].map((name) => ({
    holder: String.prototype,
    name,
    steps: one,
  })),
];

/** Array methods that stop early: their callbacks are counted instead. */
const searching = ['some', 'every', 'find', 'findIndex'] as const;

/** Puts the counters into the built-in classes, until `stop` takes them out and gives what they have counted. */
function count(): { readonly stop: () => number } {
  let work = 0;
  const restore: (() => void)[] = [];
  const put = (
    holder: object,
    name: PropertyKey,
    wrap: (call: Call) => (self: unknown, args: unknown[]) => unknown,
  ) => {
    const before = Object.getOwnPropertyDescriptor(holder, name);
    const original: unknown = before?.value;
    if (before === undefined || typeof original !== 'function') throw new Error(`no method ${String(name)}`);
    const counting = wrap((self, args) => Reflect.apply(original, self, args));
    restore.push(() => Object.defineProperty(holder, name, before));
    Object.defineProperty(holder, name, {
      ...before,
      value(this: unknown, ...args: unknown[]): unknown {
        return counting(this, args);
      },
    });
  };
  for (const { holder, name, steps } of counted)
    put(holder, name, (call) => (self, args) => {
      work += steps(self);
      return call(self, args);
    });
  for (const name of searching)
    put(Array.prototype, name, (call) => (self, [test]) => {
      if (typeof test !== 'function') throw new Error(`${name} without a test`);
      return call(self, [
        (...args: unknown[]): unknown => {
          work += 1;
          return Reflect.apply(test, undefined, args);
        },
      ]);
    });
  return {
    stop: () => {
      const found = work;
      for (const undo of restore.toReversed()) undo();
      return found;
    },
  };
}

/**
 * How many steps of iterators, look-ups in maps and sets, passes over arrays and operations on texts `run` makes.
 * `run` must not wait for anything: the counters stand in the built-in classes while it runs.
 */
export function workOf(run: () => void): number {
  const { stop } = count();
  let work = 0;
  try {
    run();
  } finally {
    work = stop();
  }
  return work;
}

/** The same of what waits, if only for promises of its own: whatever else runs meanwhile is counted too. */
export async function workOfWaiting(run: () => Promise<unknown>): Promise<number> {
  const { stop } = count();
  let work = 0;
  try {
    await run();
  } finally {
    work = stop();
  }
  return work;
}

/** Less work than this is constant cost, not growth. */
const smallWork = 20_000;

/**
 * Holds each computation to work that doubles, or grows by a logarithm more, where what it is made of doubles.
 * `make` prepares the computations for a size; only they are counted.
 */
export function assertLinear(make: (n: number) => Readonly<Record<string, () => unknown>>): void {
  const [once, twice] = [make(300), make(600)];
  for (const [name, run] of Object.entries(once)) {
    const work = [run, twice[name] ?? run].map((one) => workOf(() => void one()));
    const [less = 0, more = 0] = work;
    assert(more <= 2.35 * less + smallWork, `${name}: ${less} steps become ${more} for twice as much`);
  }
}

/** The same of computations that wait. */
export async function assertLinearWaiting(
  make: (n: number) => Promise<Readonly<Record<string, () => Promise<unknown>>>>,
): Promise<void> {
  const [once, twice] = [await make(300), await make(600)];
  for (const [name, run] of Object.entries(once)) {
    const [less, more] = [await workOfWaiting(run), await workOfWaiting(twice[name] ?? run)];
    assert(more <= 2.35 * less + smallWork, `${name}: ${less} steps become ${more} for twice as much`);
  }
}
