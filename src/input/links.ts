import type { Fault, Place } from '../model/errors.js';
import { longestLinkBytes } from '../model/limits.js';

/** Why the text of a link cannot be one on the device, or `undefined`. */
export function linkFault(destination: string, place: Place): Fault | undefined {
  const code = 'link-text';
  if (destination === '') return { code, place, message: 'the link has no text, so it leads nowhere' };
  if (destination.includes('\0')) return { code, place, message: 'the text of the link has a NUL byte' };
  if (destination.length > longestLinkBytes) return { code, place, message: 'the text of the link is too long' };
  return undefined;
}
