import type { EncodedFile, EncodeFileRequest, ProofTask } from '../encode-file.js';
import type { Deflated } from '../mate/deflated.js';

/** What goes to another thread, as far as it has bytes. */
interface Travelling {
  readonly request?: EncodeFileRequest | undefined;
  readonly result?: EncodedFile | undefined;
  readonly toProve?: readonly ProofTask[] | undefined;
  readonly deflated?: readonly Deflated[] | undefined;
}

/** The buffers that go with it, each once. */
export function buffersOf({ request, result, toProve = [], deflated = [] }: Travelling): ArrayBuffer[] {
  const arrays = [
    ...(request === undefined ? [] : [request.target, ...request.bases]),
    ...(result === undefined ? [] : [result.chosen.packed.bytes]),
    ...(result?.chosen.kind === 'patch' ? [result.chosen.bytes] : []),
    ...toProve.map(({ patch }) => patch),
    ...deflated.map(({ bytes }) => bytes),
  ];
  return [...new Set(arrays.map(({ buffer }) => buffer))];
}
