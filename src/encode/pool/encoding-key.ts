import { Buffer } from 'node:buffer';
import { decoderVersion } from '../../applypatch/index.js';
import type { Content } from '../../model/build.js';
import { type Sha256, sha256Of } from '../../model/digest.js';
import { type EncodeFileOptions, encoderVersion } from '../encode-file.js';

/** What is encoded, by digest: names and bytes do not matter. */
export interface EncodingSubject {
  readonly target: Content;
  readonly bases: readonly (Content & { readonly cost?: number | undefined })[];
}

/** Names all that makes the bytes: our encoders, and the one that makes the patches in their place, where there is one. */
export function madeBy(maker: string | undefined): string {
  return maker === undefined ? encoderVersion : `${maker} ${encoderVersion}`;
}

/** The name under which a result is kept. */
export function encodingKey(
  { target, bases }: EncodingSubject,
  options: EncodeFileOptions,
  maker?: string | undefined,
): Sha256 {
  const content = ({ size, sha1 }: Content): string => `${size} ${sha1}`;
  const lines = [
    // Another encoder gives other bytes.
    madeBy(maker),
    // The result says that this decoder has applied the patch: what another would make of it is not known.
    decoderVersion,
    // So does another effort, and what counts as worthwhile decides between patch and whole file.
    options.effort,
    String(options.worthwhile),
    content(target),
    // In order, for the result names the base by its place; what a base costs decides between them.
    ...bases.map((base) => `${content(base)} ${base.cost ?? 0}`),
  ];
  return sha256Of(Buffer.from(lines.join('\n')));
}
