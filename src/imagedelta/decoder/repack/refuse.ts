import { DeltaError } from '../fault.js';

/** Throws what a part of the new image that cannot be written is refused with. */
export function refuseDecisions(what: string): never {
  throw new DeltaError('decisions', `a part cannot be packed again: ${what}`);
}

/** Throws what a part of the old image is refused with that is not what the list says. */
export function refuseOldPart(what: string): never {
  throw new DeltaError('old-part', `a packed part of the old image is not what the patch says: ${what}`);
}

/** Throws what a part is refused with whose codec or settings are not known. */
export function refuseCodec(what: string): never {
  throw new DeltaError('codec', `a packed part is told in a way that is not known here: ${what}`);
}
