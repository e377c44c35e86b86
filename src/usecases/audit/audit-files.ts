/** Audits builds given as files: what `dfota audit` calls. */

import type { Audit } from '../../model/audit.js';
import { silent } from '../../model/progress.js';
import { type InputPaths, type Modes, withInputs } from '../open-inputs.js';
import { type AuditOptions, auditBuilds } from './audit.js';

export { hasOffenders } from '../../audit/policy/apply.js';
export { readAuditPage } from './audit-page.js';

/** Where the builds are, and how to audit them. */
export interface AuditRequest extends InputPaths {
  readonly modes: Modes;
  readonly options: AuditOptions;
}

/** Reads both builds and audits them. Throws InputError for what cannot be read. */
export async function auditFiles(request: AuditRequest): Promise<Audit> {
  const { options, modes } = request;
  const reading = {
    modes,
    onProgress: options.onProgress ?? silent,
    signal: options.signal,
  };
  return withInputs(request, reading, (inputs) => auditBuilds(inputs, options));
}
