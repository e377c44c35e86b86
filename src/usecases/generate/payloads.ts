import type { BsdiffEffort } from '../../encode/bsdiff/bsdiff.js';
import { compressWhole, type PackedEntry } from '../../encode/deflate/whole.js';
import { Spool } from '../../files/spool.js';
import type { Payload } from '../../model/operation.js';
import type { PackageEntry } from '../../package/entry.js';

/** The encoded bytes of a run, by payload: kept beside the plan, which only names them; more than a few MB on disk. Close it. */
export class Payloads {
  readonly #packed = new Map<Payload['id'], Omit<PackedEntry, 'bytes'> & { readonly packedSize: number }>();
  readonly #spool = new Spool();
  readonly #effort: BsdiffEffort;

  constructor(effort: BsdiffEffort) {
    this.#effort = effort;
  }

  /** Keeps the bytes; equal bytes are one payload. */
  keep({ bytes, ...packed }: PackedEntry): Payload {
    const id = this.#spool.add(bytes);
    if (!this.#packed.has(id)) this.#packed.set(id, { ...packed, packedSize: bytes.length });
    return { id, size: packed.size, packageBytes: bytes.length };
  }

  /** Brings what was kept to the disk where it is too much for memory. */
  spill(): Promise<void> {
    return this.#spool.spill();
  }

  /** A patch that is not compressed yet, as a payload. */
  patch(bytes: Uint8Array<ArrayBuffer>): Payload {
    return this.keep(compressWhole(bytes, this.#effort));
  }

  /** The zip entry of a payload that was kept. */
  entry(name: string, mode: PackageEntry['mode'], { id }: Payload): PackageEntry {
    const packed = this.#packed.get(id);
    if (packed === undefined) throw new Error(`payload ${id} was never kept`);
    const { method, size, crc32, packedSize } = packed;
    return { name, mode, method, size, crc32, packedSize, bytes: () => this.#spool.read(id) };
  }

  /** The zip entry of bytes at hand. */
  pack(name: string, mode: PackageEntry['mode'], bytes: Uint8Array): PackageEntry {
    return { name, mode, ...compressWhole(new Uint8Array(bytes), this.#effort) };
  }

  close(): Promise<void> {
    return this.#spool.close();
  }
}
