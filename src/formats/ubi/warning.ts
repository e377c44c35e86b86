import type { ByteSource } from '../../model/byte-source.js';
import type { Code } from '../../model/codes.js';
import type { Finding } from '../../model/finding.js';

/** A warning about an image. */
export function warning(source: ByteSource, code: Code, message: string, remedy?: string): Finding {
  return { severity: 'warning', code, place: { file: source.name }, message, remedy };
}
