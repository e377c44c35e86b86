import { engineMemoryLimit } from '../stretches/engine.js';
import { bsdiffLimit, bsdiffMemoryAtMost } from './layout.js';

/**
 * Whether a patch can be made between files of these sizes, in bytes: both have some bytes, for devices refuse an empty
 * source; positions have 31 bits; and the engine's memory has 32-bit addresses. The answer is the same on every machine.
 */
export function isEncodable(source: number, target: number): boolean {
  if (source === 0 || target === 0 || source > bsdiffLimit || target > bsdiffLimit) return false;
  return bsdiffMemoryAtMost(source, target) <= engineMemoryLimit;
}
