/** The index of an archive, `index.json`: what builds it has. Whoever reads the archive by HTTP cannot list its folder. */
import { isSha256, type Sha256 } from '../../model/digest.js';
import { InputError } from '../../model/errors.js';
import { compareBytes } from '../../model/path.js';
import type { Manifest } from './manifest.js';

/** The name of the index in the archive's folder. */
export const indexName = 'index.json';

const format = 'dfota-archive-index';
const version = 1;

/** A build of the archive, by its digests. */
export interface IndexedBuild {
  /** A character is a byte. */
  readonly revision: string;
  readonly digest: Sha256;
  /** Of names, kinds, contents and modes. */
  readonly content: Sha256;
  readonly bytes: number;
}

/** What the index says of a build. */
export function indexedBuild({ build: { revision, digest, bytes }, contentDigest }: Manifest): IndexedBuild {
  return { revision, digest, content: contentDigest, bytes };
}

/** The index as text. */
export function printIndex(builds: readonly IndexedBuild[]): string {
  const sorted = [...builds].sort((a, b) => compareBytes(a.revision, b.revision));
  return `${JSON.stringify({ format, version, builds: sorted }, null, 2)}\n`;
}

/** Reads the index. Throws InputError for anything else. */
export function parseIndex(text: string, file: string): readonly IndexedBuild[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isIndex(value)) return value.builds;
  throw new InputError({
    code: 'archive-manifest',
    place: { file },
    message: 'the index of the archive is not valid',
    expected: `JSON of the format ${format}, version ${version}`,
    remedy: 'dfota archive add of any build writes it anew',
  });
}

function isIndex(value: unknown): value is { readonly builds: readonly IndexedBuild[] } {
  if (typeof value !== 'object' || value === null) return false;
  if (!('format' in value && value.format === format && 'version' in value && value.version === version)) return false;
  return 'builds' in value && Array.isArray(value.builds) && value.builds.every(isBuild);
}

function isBuild(value: unknown): value is IndexedBuild {
  if (typeof value !== 'object' || value === null) return false;
  const { revision, digest, content, bytes }: Readonly<Record<string, unknown>> = { ...value };
  const isDigest = (each: unknown): boolean => typeof each === 'string' && isSha256(each);
  return (
    typeof revision === 'string' &&
    revision !== '' &&
    isDigest(digest) &&
    isDigest(content) &&
    Number.isSafeInteger(bytes) &&
    Number(bytes) >= 0
  );
}
