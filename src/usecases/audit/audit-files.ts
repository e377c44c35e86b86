/** Audits builds given as files: what `dfota audit` calls. */

import type { Audit } from '../../model/audit.js';
import { silent } from '../../model/progress.js';
import { holdOutputsApart, type OutputPath } from '../hold-apart.js';
import { type InputPaths, type Modes, withInputs } from '../open-inputs.js';
import { type AuditOptions, auditBuilds } from './audit.js';

export { hasOffenders } from '../../audit/policy/apply.js';
export { readAuditPage } from './audit-page.js';

/** Where the builds are, and how to audit them. */
export interface AuditRequest extends InputPaths {
  readonly modes: Modes;
  readonly options: AuditOptions;
  /** What the caller writes afterwards, such as the report: held apart from the inputs. */
  readonly otherOutputs?: readonly OutputPath[] | undefined;
}

/** Reads both builds and audits them. Throws InputError for what cannot be read. */
export async function auditFiles(request: AuditRequest): Promise<Audit> {
  const { options, modes } = request;
  const reading = {
    modes,
    onProgress: options.onProgress ?? silent,
    signal: options.signal,
  };
  const { source, target, companion, lists, otherOutputs = [] } = request;
  const cache = options.exact?.encoding.cache;
  await holdOutputsApart(
    {
      whole: [
        ['the source', source],
        ['the target', target],
        ['the companion', companion],
        ['the package', options.packageFile],
        ['the policy', options.policyFile],
      ],
      lists,
    },
    [...otherOutputs, ...(cache === undefined ? [] : [{ role: 'the cache', path: cache, kind: 'store' } as const])],
  );
  return withInputs(request, reading, (inputs) => auditBuilds(inputs, options));
}
