import type { BsdiffEffort } from '../../encode/bsdiff/bsdiff.js';
import { identityPatch } from '../../encode/bsdiff/identity.js';
import { compressWhole, type PackedEntry } from '../../encode/deflate/whole.js';
import { sha256Of } from '../../model/digest.js';
import type { Payload } from '../../model/operation.js';
import type { PackageEntry } from '../../package/entry.js';

/** The encoded bytes of a run, by payload: kept beside the plan, which only names them. */
export class Payloads {
  readonly #packed = new Map<Payload['id'], PackedEntry>();
  readonly #effort: BsdiffEffort;

  constructor(effort: BsdiffEffort) {
    this.#effort = effort;
  }

  /** Keeps the bytes; equal bytes are one payload. */
  keep(packed: PackedEntry): Payload {
    const payload: Payload = { id: sha256Of(packed.bytes), size: packed.size, packageBytes: packed.bytes.length };
    if (!this.#packed.has(payload.id)) this.#packed.set(payload.id, packed);
    return payload;
  }

  /** The identity patch of so many bytes, as a payload. */
  identity(size: number): Payload {
    return this.keep(compressWhole(identityPatch(size), this.#effort));
  }

  /** The zip entry of a payload that was kept. */
  entry(name: string, mode: PackageEntry['mode'], { id }: Payload): PackageEntry {
    const packed = this.#packed.get(id);
    if (packed === undefined) throw new Error(`payload ${id} was never kept`);
    return { name, mode, ...packed };
  }

  /** The zip entry of bytes at hand. */
  pack(name: string, mode: PackageEntry['mode'], bytes: Uint8Array): PackageEntry {
    return { name, mode, ...compressWhole(new Uint8Array(bytes), this.#effort) };
  }
}
