import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

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

function module(): WebAssembly.Module {
  if (compiled === undefined) {
    // The quick compiler's code is slow, and a loop that has begun is not replaced by better code.
    setFlagsFromString('--no-liftoff');
    compiled = new WebAssembly.Module(readFileSync(new URL('./engine.wasm', import.meta.url)));
    setFlagsFromString('--liftoff');
  }
  return compiled;
}

/** An engine with at least `size` bytes of memory. Throws a RangeError when there is not so much. */
export function openEngine(size: number): Engine {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / page), maximum: 65_536 });
  const { exports } = new WebAssembly.Instance(module(), { env: { memory } });
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
