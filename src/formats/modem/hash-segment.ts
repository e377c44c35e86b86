/**
 * The hash segment of a Qualcomm image: a header, one digest per program header, a signature, a certificate chain.
 * The signature is not checked: the root key's digest is burnt into the module's fuses and is not known here.
 */

import { createHash, X509Certificate } from 'node:crypto';
import { mostChainCertificates } from '../../model/limits/formats.js';
import { bufferOf, hexOf, startsWith, viewOf } from '../bytes/view.js';
import { FormatError } from '../format-error.js';

export interface HashSegment {
  readonly version: number;
  readonly digest: 'SHA-256' | 'SHA-384' | 'SHA-1' | 'unknown';
  /** One per program header, in order, in hex. */
  readonly digests: readonly string[];
  readonly signatureBytes: number;
  /** Subjects of the chain, leaf first; `unreadable` for what is no certificate. */
  readonly chain: readonly string[];
}

/** Reads a hash segment that describes `segments` program headers. Throws FormatError when its sizes do not fit together. */
export function readHashSegment(bytes: Uint8Array, segments: number): HashSegment {
  const view = viewOf(bytes, true);
  const version = view.u32(4);
  if (version === 0 || version > 8) throw new FormatError(`a hash segment of version ${version} is not known`);
  // from version 6 on two metadata areas follow the header; the vendor's signature comes before the maker's
  const wide = version >= 6;
  const metadata = wide ? view.u32(40) + view.u32(44) : 0;
  const start = (wide ? 48 : 40) + metadata;
  const tableSize = view.u32(20);
  const vendor = wide ? view.u32(8) + view.u32(12) : 0;
  const signatureBytes = view.u32(28);
  const chainBytes = view.u32(36);
  const table = view.slice(start, tableSize);
  const chainAt = start + tableSize + vendor + signatureBytes;
  const each = segments === 0 ? 0 : tableSize / segments;
  const digest = each === 32 ? 'SHA-256' : each === 48 ? 'SHA-384' : each === 20 ? 'SHA-1' : 'unknown';
  const digests =
    digest === 'unknown'
      ? []
      : Array.from({ length: segments }, (_, i) => hexOf(table.subarray(i * each, (i + 1) * each)));
  return { version, digest, digests, signatureBytes, chain: readChain(view.slice(chainAt, chainBytes)) };
}

/** DER certificates back to back, padded with 0xff. */
function readChain(bytes: Uint8Array): readonly string[] {
  const chain: string[] = [];
  const view = viewOf(bytes, false);
  for (let at = 0; startsWith(bytes, '\x30\x82', at) && chain.length < mostChainCertificates; ) {
    const size = view.u16(at + 2) + 4;
    const der = view.slice(at, size);
    chain.push(subjectOf(der));
    at += size;
  }
  return chain;
}

function subjectOf(der: Uint8Array): string {
  try {
    return new X509Certificate(bufferOf(der)).subject.split('\n').reverse().join(', ');
  } catch {
    return 'unreadable';
  }
}

/** The digest of bytes in the algorithm of the segment, in hex; `undefined` when it is not known. */
export function digestOf(bytes: Uint8Array, digest: HashSegment['digest']): string | undefined {
  const algorithm = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-384': 'sha384', unknown: undefined }[digest];
  return algorithm === undefined ? undefined : createHash(algorithm).update(bytes).digest('hex');
}
