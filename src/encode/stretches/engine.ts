import { readFileSync } from 'node:fs';

/** The compiled inner loops with a memory of their own. */
export interface Engine {
  /** Calls a function of the module. Addresses and counts above 2^31 come back as they are, not as negative numbers. */
  readonly call: (name: string, ...numbers: readonly number[]) => number;
  /** The memory as it is now; any call may make it longer, and then this is another array. */
  readonly bytes: () => Uint8Array;
}

const page = 65_536;

/** No memory can be longer: 32-bit addresses. */
export const engineMemoryLimit = 2 ** 32 - page;

let compiled: WebAssembly.Module | undefined;

/**
 * The compiled module. It is compiled once in a process, given to other threads, and shares its code with them.
 *
 * No flag of V8 is touched: whether code is quick or good is decided by V8 from call to call. A flag that is changed in a
 * running process (`--no-liftoff`) makes Node 26 end with a fatal error.
 */
export function engineModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./engine.wasm', import.meta.url)));
  return compiled;
}

/** Takes the module that another thread has compiled; false where `given` is none. */
export function adoptEngineModule(given: unknown): boolean {
  if (!(given instanceof WebAssembly.Module)) return false;
  compiled = given;
  return true;
}

/** An engine with at least `size` bytes of memory. Throws a RangeError when there is not so much. */
export function openEngine(size: number): Engine {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / page), maximum: 65_536 });
  const { exports } = new WebAssembly.Instance(engineModule(), { env: { memory } });
  return {
    call: (name, ...numbers) => {
      const callee = exports[name];
      if (typeof callee !== 'function') throw new TypeError(`the engine has no function ${name}`);
      const result: unknown = Reflect.apply(callee, undefined, numbers);
      return typeof result === 'number' ? result >>> 0 : 0;
    },
    bytes: () => new Uint8Array(memory.buffer),
  };
}

/** An engine for a while. */
export interface LentEngine extends Engine {
  /** Gives it back; it is not to be used afterwards. */
  readonly release: () => void;
}

/** Engines that nobody uses now, of this thread: a memory costs time to make, and more to touch for the first time. */
const idle: LentEngine[] = [];
const mostIdle = 3;

/** The memory of a kept engine, in bytes: enough for most files. It may have grown, but not to more than twice that. */
const keptSize = 2 ** 21;

/** An engine with at least `size` bytes of memory, which hold anything. Throws a RangeError when there is not so much. */
export function borrowEngine(size: number): LentEngine {
  const lent = size <= keptSize ? idle.pop() : undefined;
  if (lent !== undefined) return lent;
  const engine = openEngine(Math.max(size, keptSize));
  const made: LentEngine = {
    ...engine,
    release: () => {
      if (engine.bytes().length <= 2 * keptSize && idle.length < mostIdle) idle.push(made);
    },
  };
  return made;
}
