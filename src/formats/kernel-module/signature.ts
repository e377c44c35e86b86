import { startsWith } from '../bytes/view.js';

const trailer = '~Module signature appended~\n';

/** Whether a kernel module carries an appended signature. It is not checked: that takes the kernel's keys. */
export function endsWithSignature(bytes: Uint8Array): boolean {
  return bytes.length >= trailer.length && startsWith(bytes, trailer, bytes.length - trailer.length);
}
