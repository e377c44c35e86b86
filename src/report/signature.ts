/** Views of signatures: what was made, and what was found. */
import type { SignatureReport, SignatureScheme, Signed } from '../model/signature.js';
import { showSize } from './quantities.js';

/** The schemes in words. */
const schemeWords: Readonly<Record<SignatureScheme, string>> = {
  le: 'update.sig (Linux-Embedded)',
  android: 'whole file (Android)',
  detached: 'detached',
};

/** What was signed, for people. */
export function signedText(signed: Signed): string {
  const lines = [
    `${signed.output}: ${showSize(signed.size)} (${signed.size} bytes), signed: ${schemeWords[signed.scheme]}`,
    `  SHA-256 ${signed.sha256}`,
    `  MD5     ${signed.md5}`,
    `  signed  ${signed.digest} (SHA-256)`,
    `  key     ${signed.key}`,
    ...signed.replaced.map((scheme) => `  taken out: the old signature, ${schemeWords[scheme]}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The lines of a check, and whether all of it holds. */
export function signaturesText(report: SignatureReport): string {
  const lines = [`${report.valid ? 'SIGNED' : 'NOT SIGNED'}: ${report.packageOrigin}, by the key ${report.key}`];
  if (report.signatures.length === 0) lines.push('  the package has no signature');
  for (const { scheme, valid, message, notes } of report.signatures) {
    lines.push(`  ${schemeWords[scheme]}: ${valid ? 'valid' : 'NOT VALID'}, ${message}`);
    lines.push(...notes.map((note) => `    note: ${note}`));
  }
  return `${lines.join('\n')}\n`;
}
