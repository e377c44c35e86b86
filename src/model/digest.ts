import { createHash } from 'node:crypto';

declare const sha1: unique symbol;
declare const sha256: unique symbol;

/** 40 lower-case hex digits: what the device compares. */
export type Sha1 = string & { readonly [sha1]: true };

/** 64 lower-case hex digits: identifies whole inputs, outputs and cache entries. */
export type Sha256 = string & { readonly [sha256]: true };

/** Whether the text is a SHA-1 in lower-case hex. */
export function isSha1(text: string): text is Sha1 {
  return /^[0-9a-f]{40}$/.test(text);
}

/** Whether the text is a SHA-256 in lower-case hex. */
export function isSha256(text: string): text is Sha256 {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Brands hex digits; throws a RangeError on anything else. */
export function toSha1(text: string): Sha1 {
  if (!isSha1(text)) throw new RangeError(`not a SHA-1: ${text}`);
  return text;
}

/** Brands hex digits; throws a RangeError on anything else. */
export function toSha256(text: string): Sha256 {
  if (!isSha256(text)) throw new RangeError(`not a SHA-256: ${text}`);
  return text;
}

/** SHA-1 of the bytes. */
export function sha1Of(bytes: Uint8Array): Sha1 {
  return toSha1(createHash('sha1').update(bytes).digest('hex'));
}

/** SHA-256 of the bytes. */
export function sha256Of(bytes: Uint8Array): Sha256 {
  return toSha256(createHash('sha256').update(bytes).digest('hex'));
}
