import type { EncodedFile } from '../encode-file.js';

/** The buffers that go with a result to another thread, each once. */
export function buffersOf({ chosen }: EncodedFile): ArrayBuffer[] {
  const buffers = new Set([chosen.packed.bytes.buffer]);
  if (chosen.kind === 'patch') buffers.add(chosen.bytes.buffer);
  return [...buffers];
}
