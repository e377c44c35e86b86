/** Audits builds given as files: what `dfota audit` calls. */

import type { Audit } from '../../model/audit.js';
import type { Ports } from '../../model/ports.js';
import { cacheFolder } from '../generate/open-cache.js';
import { sketchWhileReading } from '../generate/sketch-while-reading.js';
import { holdOutputsApart, type OutputPath } from '../hold-apart.js';
import { withNamedBuilds } from '../name-builds.js';
import { type InputPaths, withInputs } from '../open-inputs.js';
import { shareReading } from '../process-memory.js';
import { type AuditInputs, type AuditOptions, auditBuilds } from './audit.js';

export { hasOffenders } from '../../audit/policy/apply.js';
export { readAuditPage } from './audit-page.js';

/** Where the builds are, and how to audit them: plain data. */
export interface AuditRequest extends InputPaths, AuditOptions {
  /** What the caller writes afterwards, such as the report: held apart from the inputs. */
  readonly otherOutputs?: readonly OutputPath[] | undefined;
}

/** Reads both builds and audits them. Throws InputError for what cannot be read. */
export async function auditFiles(given: AuditRequest, ports: Ports = {}): Promise<Audit> {
  const request = await withNamedBuilds(given);
  const { source, target, companion, lists, packageFile, policyFile, otherOutputs = [] } = request;
  const cache = cacheFolder(request.exact?.encoding.cache);
  await holdOutputsApart(
    {
      whole: [
        ['the source', source],
        ['the target', target],
        ['the companion', companion],
        ['the package', packageFile],
        ['the policy', policyFile],
      ],
      lists,
    },
    [...otherOutputs, ...(cache === undefined ? [] : [{ role: 'the cache', path: cache, kind: 'store' } as const])],
  );
  const isAbout = request.exact === undefined;
  const reading = shareReading(request.memory);
  const { beside, known } = sketchWhileReading(reading);
  return withInputs(
    { ...request, compareOnly: isAbout },
    { ...ports, threads: reading.threads, besideInputs: isAbout ? beside : undefined },
    (inputs) => auditOpened({ ...inputs, sketches: known }, request, ports),
  );
}

/** The same of builds that are open. */
export async function auditOpened(
  inputs: AuditInputs,
  options: AuditOptions & Pick<AuditRequest, 'lists'>,
  ports: Ports = {},
): Promise<Audit> {
  return { ...(await auditBuilds(inputs, options, ports)), lists: options.lists ?? 'the starter lists' };
}
