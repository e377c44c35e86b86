import { packageTime } from '../../audit/header.js';
import { certificateFindings } from '../../audit/security/certificates.js';
import { caseFindings, linkFindings } from '../../audit/security/links.js';
import { permissionFindings } from '../../audit/security/permissions.js';
import { vermagicFindings } from '../../audit/security/vermagic.js';
import type { SecurityFinding } from '../../model/audit.js';
import type { Build } from '../../model/build.js';
import { compareBytes } from '../../model/path.js';
import type { InsideFacts } from './look-inside.js';

/** All that matters for security, by path, then rule. */
export function securityOf(source: Build, target: Build, inside: InsideFacts): readonly SecurityFinding[] {
  const when = packageTime(target.projectVersion);
  const all = [
    ...permissionFindings(source, target),
    ...linkFindings(source, target),
    ...caseFindings(source, target),
    ...inside.security,
    ...certificateFindings(inside.certificatesBefore, inside.certificatesAfter, when),
    ...(inside.kernel === undefined ? [] : vermagicFindings(inside.kernel, inside.modules)),
  ];
  return all.sort(
    (a, b) => compareBytes(a.path, b.path) || compareBytes(a.rule, b.rule) || compareBytes(a.message, b.message),
  );
}
