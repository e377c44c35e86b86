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
  return openGrowing(size).engine;
}

/** The same, and how to make its memory at least so many bytes long. */
function openGrowing(size: number): { readonly engine: Engine; readonly grow: (size: number) => void } {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / page), maximum: 65_536 });
  const { exports } = new WebAssembly.Instance(engineModule(), { env: { memory } });
  const engine: Engine = {
    call: (name, ...numbers) => {
      const callee = exports[name];
      if (typeof callee !== 'function') throw new TypeError(`the engine has no function ${name}`);
      const result: unknown = Reflect.apply(callee, undefined, numbers);
      return typeof result === 'number' ? result >>> 0 : 0;
    },
    bytes: () => new Uint8Array(memory.buffer),
  };
  const grow = (wanted: number): void => {
    const missing = Math.ceil((wanted - memory.buffer.byteLength) / page);
    if (missing > 0) memory.grow(missing);
  };
  return { engine, grow };
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

/** A large one that nobody uses now: the pieces and bases of a large file follow each other, and each memory that is not used again stays until it is collected. */
let idleLarge: { readonly lent: LentEngine; readonly grow: (size: number) => void } | undefined;

/** From here on an engine is large, in bytes. The threads of files that need so much end with them: nothing is kept for long. */
const largeSize = 2 ** 24;

/** An engine with at least `size` bytes of memory, which hold anything. Throws a RangeError when there is not so much. */
export function borrowEngine(size: number): LentEngine {
  const known = size <= keptSize ? idle.pop() : undefined;
  if (known !== undefined) return known;
  const large = size > keptSize ? idleLarge : undefined;
  if (large !== undefined) {
    idleLarge = undefined;
    large.grow(size);
    return large.lent;
  }
  const { engine, grow } = openGrowing(Math.max(size, keptSize));
  const lent: LentEngine = {
    ...engine,
    release: () => {
      const { length } = engine.bytes();
      if (length <= 2 * keptSize) {
        if (idle.length < mostIdle) idle.push(lent);
      } else if (length >= largeSize && length >= (idleLarge?.lent.bytes().length ?? 0)) idleLarge = { lent, grow };
    },
  };
  return lent;
}
