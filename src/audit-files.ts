/** Audits builds that are files; with `exact` a package is made first, so that sizes are its own and not bounds. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditOptions, auditBuilds } from './audit.js';
import type { EncodingOptions } from './encode.js';
import { generatePackage } from './generate.js';
import { generateDefaults } from './generate-files.js';
import { type InputPaths, type OpenInputs, type ReadingOptions, withInputs } from './inputs.js';
import type { Audit } from './model/audit.js';
import { silent } from './model/progress.js';

export { readAuditPage } from './audit-page.js';

/** What to audit, and how. */
export interface AuditRequest {
  readonly inputs: InputPaths;
  readonly modes: ReadingOptions['modes'];
  readonly options: Omit<AuditOptions, 'bootUpdate' | 'levers' | 'chmod'>;
  /** Encode everything: then sizes are those of the package that generate would make. */
  readonly exact?: EncodingOptions;
}

/** Audits as auditBuilds does. The package of an exact audit is made in the system's temporary folder, and removed. */
export async function auditFiles(request: AuditRequest): Promise<Audit> {
  const { options, modes, exact } = request;
  const onProgress = options.onProgress ?? silent;
  const reading = { modes, onProgress, ...(options.signal === undefined ? {} : { signal: options.signal }) };
  const { bootUpdate, levers, chmod } = generateDefaults;
  return withInputs(request.inputs, reading, async (inputs) => {
    const planning = { ...options, bootUpdate, levers, chmod };
    return exact === undefined ? auditBuilds(inputs, planning) : auditExactly(inputs, planning, exact);
  });
}

async function auditExactly(inputs: OpenInputs, options: AuditOptions, encoding: EncodingOptions): Promise<Audit> {
  const folder = await mkdtemp(join(tmpdir(), 'dfota-audit-'));
  try {
    const packageFile = join(folder, 'update.zip');
    await generatePackage(inputs, {
      ...generateDefaults,
      output: packageFile,
      parts: options.parts,
      encoding,
      verify: { level: 'off', profile: generateDefaults.verify.profile },
      onProgress: options.onProgress ?? silent,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const audit = await auditBuilds(inputs, { ...options, packageFile });
    // Where it was for a moment is nobody's business, and would make each report differ.
    const findings = audit.findings.map((finding) =>
      finding.place?.file === packageFile ? { ...finding, place: { ...finding.place, file: 'update.zip' } } : finding,
    );
    if (audit.package === undefined) return { ...audit, findings };
    const { file: _, ...rest } = audit.package;
    return { ...audit, findings, package: rest };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
