import { X509Certificate } from 'node:crypto';
import { bufferOf, startsWith } from '../../formats/bytes/view.js';
import type { SecurityFinding } from '../../model/audit.js';
import { largestCertificateFileBytes, mostCertificates } from '../../model/limits/audit.js';
import { type BuildPath, compareBytes } from '../../model/path.js';

/** A certificate of a build. Times are ISO 8601, UTC. */
export interface Certificate {
  readonly path: BuildPath;
  readonly fingerprint: string;
  readonly subject: string;
  /** A certificate authority that vouches for itself. */
  readonly root: boolean;
  readonly validTo: string;
}

/** Whether a name is one that certificates and keys go by. */
export function isCredentialName(name: string): boolean {
  return /\.(pem|crt|cer|der|key|p12|pfx|p8|pk8)$|(^|\/)(id_(rsa|dsa|ecdsa|ed25519)|ca-bundle[^/]*|[^/]*host_key|authorized_keys)$/i.test(
    name,
  );
}

/** All certificates of a file: PEM blocks, or one in DER. What does not parse is left out. */
export function certificatesIn(path: BuildPath, bytes: Uint8Array): readonly Certificate[] {
  if (bytes.length > largestCertificateFileBytes) return [];
  if (startsWith(bytes, '\x30\x82')) return read(path, bytes);
  const text = bufferOf(bytes).toString('latin1');
  if (!text.includes('-----BEGIN CERTIFICATE-----')) return [];
  const found: Certificate[] = [];
  for (const [block] of text.matchAll(
    /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]{1,40000}-----END CERTIFICATE-----/g,
  )) {
    if (found.length >= mostCertificates) break;
    found.push(...read(path, block));
  }
  return found;
}

function read(path: BuildPath, encoded: Uint8Array | string): readonly Certificate[] {
  try {
    const certificate = new X509Certificate(typeof encoded === 'string' ? encoded : bufferOf(encoded));
    return [
      {
        path,
        fingerprint: certificate.fingerprint256,
        subject: nameOf(certificate.subject),
        root: certificate.ca && certificate.subject === certificate.issuer,
        validTo: new Date(certificate.validTo).toISOString(),
      },
    ];
  } catch {
    // not a certificate, or one that OpenSSL does not read
    return [];
  }
}

/** The common name, or the organisation for those without one. */
function nameOf(subject: string): string {
  const lines = subject.split('\n');
  const field = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  return field('CN') ?? field('OU') ?? field('O') ?? subject;
}

/**
 * New roots, and certificates that are expired at `when` (ISO 8601: the target's package time, so that the same builds
 * give the same audit on any day). Each certificate is told once, at its first path.
 */
export function certificateFindings(
  before: readonly Certificate[],
  after: readonly Certificate[],
  when: string | undefined,
): readonly SecurityFinding[] {
  const known = new Set(before.map((certificate) => certificate.fingerprint));
  const places = new Map<string, Certificate[]>();
  for (const certificate of [...after].sort((a, b) => compareBytes(a.path, b.path))) {
    const list = places.get(certificate.fingerprint);
    if (list === undefined) places.set(certificate.fingerprint, [certificate]);
    else list.push(certificate);
  }
  const findings: SecurityFinding[] = [];
  for (const [certificate, ...others] of places.values()) {
    if (certificate === undefined) continue;
    const { path, subject, validTo, root, fingerprint } = certificate;
    const isNew = !known.has(fingerprint);
    const also = others.length === 0 ? '' : `; also in ${others.length} more ${others.length === 1 ? 'file' : 'files'}`;
    if (isNew && root) {
      findings.push({
        rule: 'root-certificate-new',
        severity: 'warning',
        path,
        message: `a new root certificate is trusted: ${subject}${also}`,
        standing: 'new',
      });
    }
    if (when !== undefined && validTo.slice(0, when.length) < when) {
      const message = `the certificate expired on ${validTo.slice(0, 10)}, before the target's package time: ${subject}${also}`;
      findings.push({
        rule: 'certificate-expired',
        severity: isNew ? 'warning' : 'information',
        path,
        message,
        standing: isNew ? 'new' : 'present',
      });
    }
  }
  return findings;
}
