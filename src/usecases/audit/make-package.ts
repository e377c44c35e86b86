/** Makes the package that an exact audit tells of, and describes it. */
import { join } from 'node:path';
import { withTemporaryFolder } from '../../files/temporary.js';
import type { AuditPackage, AuditRow } from '../../model/audit.js';
import { allowableCodes } from '../../model/codes.js';
import type { DeviceOrder } from '../../model/device-order.js';
import type { Payload } from '../../model/operation.js';
import type { BuildPath } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import type { WrittenPackage } from '../../package/write.js';
import { type Generated, generatePackage } from '../generate/generate.js';
import type { OpenInputs } from '../open-inputs.js';
import type { AuditOptions } from './audit-options.js';

/** Makes the package in a folder of its own, which is gone afterwards, and leaves the proof to `generate`. */
export async function makePackage(
  inputs: OpenInputs,
  { parts, bootUpdate, levers, chmod }: AuditOptions,
  exact: NonNullable<AuditOptions['exact']>,
  ports: Ports,
): Promise<Generated> {
  return withTemporaryFolder('dfota-audit', async (folder) => {
    const output = join(folder, 'update.zip');
    const made = await generatePackage(
      inputs,
      {
        output,
        parts,
        bootUpdate,
        levers,
        chmod,
        ...exact,
        limits: {},
        verify: { level: 'off', profile: 'strict' },
        // An audit tells what is wrong with builds; it does not refuse them.
        allow: allowableCodes(),
      },
      ports,
    );
    // where it was for a moment is nobody's business, and would make each report differ
    const findings = made.findings.map((finding) =>
      finding.place?.file === output ? { ...finding, place: { ...finding.place, file: 'update.zip' } } : finding,
    );
    return { ...made, findings };
  });
}

/** Names of payloads' entries, by what the payload is. */
export function entryNamer({ names }: DeviceOrder): (payload: Payload) => string | undefined {
  return ({ id }) => names.patches.get(id) ?? names.files.get(id) ?? names.images.get(id);
}

/** The package that was made; it has no name, because it is not kept. */
export function packageOf(output: WrittenPackage, rows: readonly AuditRow[]): AuditPackage {
  const paths = new Map<string, BuildPath>();
  for (const { entry, path } of rows) if (entry !== undefined && !paths.has(entry)) paths.set(entry, path);
  return {
    sha256: output.sha256,
    md5: output.md5,
    bytes: output.size,
    entries: output.entries.map(({ name, packedSize }) => {
      const path = paths.get(name);
      return { name, bytes: packedSize, path };
    }),
  };
}
