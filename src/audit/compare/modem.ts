import { type ModemImage, readModemImage } from '../../formats/modem/image.js';
import { versionStrings } from '../../formats/modem/versions.js';
import type { Inner, InnerFact } from '../../model/inner.js';
import { compareSizes, differing, fact } from './fields.js';

/** Compares two modem images: segments, hashes, signature, version strings. One side may be missing. */
export function compareModemImages(before: Uint8Array | undefined, after: Uint8Array | undefined): Inner {
  const old = before === undefined ? undefined : readModemImage(before);
  const now = after === undefined ? undefined : readModemImage(after);
  const some = now ?? old;
  const plain = (label: string, pick: (image: ModemImage) => string | undefined): InnerFact =>
    fact(label, old && pick(old), now && pick(now));
  const unsigned = old !== undefined && now !== undefined && isSigned(old) && !isSigned(now);
  const mismatch = plain('segments whose digest is wrong', ({ mismatched }) =>
    mismatched.length === 0 ? undefined : mismatched.join(', '),
  );
  return {
    kind: 'modem-image',
    summary:
      some === undefined
        ? 'modem image'
        : ['Qualcomm image', some.form, some.machine].filter((word) => word !== '').join(', '),
    facts: differing([
      plain('form', (image) => image.form),
      ...versionFacts(before, after),
      plain('hash segment version', ({ hash }) => hash && String(hash.version)),
      plain('segment digests', ({ hash }) => hash && `${hash.digests.length} × ${hash.digest}`),
      plain('segments that changed', (image) => (image === now ? changedDigests(old, now) : undefined)),
      fact('signature', old && showSignature(old), now && showSignature(now), unsigned ? 'regression' : undefined),
      plain('certificate chain', ({ hash }) =>
        hash === undefined || hash.chain.length === 0 ? undefined : hash.chain.join(' ← '),
      ),
      now !== undefined && now.mismatched.length > 0
        ? { ...mismatch, grade: 'regression', about: 'the module refuses an image whose digests are wrong' }
        : mismatch,
    ]),
    sizes: old === undefined || now === undefined ? [] : compareSizes(old.segments, now.segments),
    notes: [...new Set([...(old?.notes ?? []), ...(now?.notes ?? [])])],
  };
}

function isSigned(image: ModemImage): boolean {
  return (image.hash?.signatureBytes ?? 0) > 0;
}

function showSignature(image: ModemImage): string | undefined {
  if (image.hash === undefined) return undefined;
  return image.hash.signatureBytes === 0 ? 'none' : `${image.hash.signatureBytes} bytes`;
}

/** Numbers of the segments whose stated digests differ. */
function changedDigests(old: ModemImage | undefined, now: ModemImage | undefined): string | undefined {
  const before = old?.hash?.digests;
  const after = now?.hash?.digests;
  if (before === undefined || after === undefined || before.length !== after.length) return undefined;
  const changed = after.flatMap((digest, i) => (digest === before[i] ? [] : [i]));
  return changed.length === 0 ? undefined : `${changed.length} of ${after.length}: ${changed.join(', ')}`;
}

function versionFacts(before: Uint8Array | undefined, after: Uint8Array | undefined): readonly InnerFact[] {
  const old = before === undefined ? new Map<string, readonly string[]>() : versionStrings(before);
  const now = after === undefined ? new Map<string, readonly string[]>() : versionStrings(after);
  return [...new Set([...old.keys(), ...now.keys()])].map((name) =>
    fact(name, old.get(name)?.join(', '), now.get(name)?.join(', ')),
  );
}
