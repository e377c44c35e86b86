import type { Decision } from '../model/decision.js';
import type { DeviceOrder } from '../model/device-order.js';
import { sdx6x } from '../model/layout.js';
import type { ExtractFile, PatchFile, Payload, SettledOperation } from '../model/operation.js';
import { compareBytes, toBytes } from '../model/path.js';
import type { SettledPlan } from '../model/plan.js';
import { type MadeWith, metadataText } from './metadata.js';

/** What an entry of the package holds: encoded bytes that are kept elsewhere, or bytes at hand. */
export type LayoutContent =
  | { readonly kind: 'payload'; readonly payload: Payload }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** An entry of the package, before its bytes are fetched and compressed. */
export interface LayoutEntry {
  readonly name: string;
  readonly mode: 0o644 | 0o755;
  readonly content: LayoutContent;
}

/** What the package holds beside the plan's own payloads. */
export interface PackagePrograms extends MadeWith {
  /** The script as a byte-string. */
  readonly script: string;
  /** OTA/bin/updater of the target. */
  readonly updateBinary: Uint8Array;
  /** OTA/bin/ipth_dua of the target, where it has one. */
  readonly ipthDua?: Uint8Array | undefined;
}

/** Whether a file travels whole because of what it is, not because its patch was not worth it. */
function wholeFromTheStart({ source, reason }: Decision<SettledOperation>): boolean {
  return source?.kind !== 'file' || reason === 'listed-fullota';
}

/**
 * The entries of update.zip in the order that docs/formats/update-zip.md gives. Payloads that several operations share
 * stand once, where the first of them needs it.
 */
export function layoutPackage(plan: SettledPlan, order: DeviceOrder, extra: PackagePrograms): readonly LayoutEntry[] {
  const { names } = order;
  const entries = new Map<string, LayoutEntry>();
  const add = (name: string, content: LayoutContent, mode: LayoutEntry['mode'] = 0o644): void => {
    if (!entries.has(name)) entries.set(name, { name, mode, content });
  };
  const addPayload = (map: ReadonlyMap<Payload['id'], string>, payload: Payload): void => {
    const name = map.get(payload.id);
    if (name === undefined) throw new Error(`payload ${payload.id} has no name`);
    add(name, { kind: 'payload', payload });
  };
  const addFile = (op: ExtractFile | PatchFile): void => {
    if (op.kind === 'extract-file') addPayload(names.files, op.whole);
    else addPayload(names.patches, op.patch);
  };

  const files = [...plan.decisions.values()]
    .flatMap((decision) =>
      decision.operations
        .filter((op): op is ExtractFile | PatchFile => op.kind === 'extract-file' || op.kind === 'patch-file')
        .map((op) => ({ op, first: op.kind === 'extract-file' && wholeFromTheStart(decision) })),
    )
    .sort((a, b) => compareBytes(a.op.path, b.op.path));
  for (const { op, first } of files) if (first) addFile(op);
  for (const { op, first } of files) if (!first) addFile(op);
  for (const op of order.partitions) {
    if (op.kind === 'write-partition') addPayload(names.images, op.whole);
    else addPayload(names.patches, op.patch);
  }
  for (const [, payload] of [...plan.identities].sort(([a], [b]) => a - b)) addPayload(names.patches, payload);
  if (order.makeDirectories.length > 0 || order.stages) {
    add(`${names.placeholderFolder}/${names.placeholder}`, { kind: 'bytes', bytes: new Uint8Array() });
  }
  add(sdx6x.packageScript, { kind: 'bytes', bytes: toBytes(extra.script) });
  add(sdx6x.packageUpdater, { kind: 'bytes', bytes: extra.updateBinary }, 0o755);
  if (extra.ipthDua !== undefined) add(sdx6x.packageAgent, { kind: 'bytes', bytes: extra.ipthDua }, 0o755);
  const metadata = metadataText(plan.sourceVersion, plan.targetVersion, extra);
  add(sdx6x.packageMetadata, { kind: 'bytes', bytes: toBytes(metadata) });
  // The module compares this with its own file before it restarts: the source's bytes, nothing else, at the root.
  if (plan.sourceVersion !== undefined) {
    add(sdx6x.packageVersion, { kind: 'bytes', bytes: toBytes(plan.sourceVersion.bytes) });
  }
  return [...entries.values()];
}
