import type { EntryNames } from '../model/device-order.js';
import type { Sha256 } from '../model/digest.js';
import { isMinorImage, onDevice, sdx6x } from '../model/layout.js';
import type { ExtractFile, SettledOperation } from '../model/operation.js';
import { type BuildPath, baseName, compareBytes } from '../model/path.js';
import type { SettledPlan } from '../model/plan.js';

/** The folder of the zip that is unpacked into a directory to make it. */
const placeholderFolder = 'dfota/directory';

/** Rewritten by every build, and last to change on the device: with it the update is done. */
export const commitMark = sdx6x.buildProp;

/** The device's zip reader refuses a whole package for one byte outside of 32 to 126. */
function isReadable(name: string): boolean {
  return /^[\x20-\x7e]+$/.test(name);
}

function relative(path: BuildPath): string {
  const device = onDevice(path);
  return device === undefined ? `images/${baseName(path)}` : device.slice(1);
}

/** The name that an extracted file has when package_extract_dir puts it in place. */
function extractionName(path: BuildPath): string {
  return relative(path);
}

/** Names the entries of a settled plan. Names that the device cannot read become numbers below `dfota/`. */
export function entryNames(plan: SettledPlan): EntryNames {
  const patches = new Map<Sha256, string>();
  const files = new Map<Sha256, string>();
  const images = new Map<Sha256, string>();
  const alias = (map: ReadonlyMap<Sha256, string>, folder: string): string => `dfota/${folder}/${map.size}`;
  const operations: SettledOperation[] = [...plan.decisions.values()].flatMap((decision) => decision.operations);
  operations.sort((a, b) => compareBytes(a.path, b.path));
  for (const op of operations) {
    switch (op.kind) {
      case 'patch-file': {
        if (patches.has(op.patch.id)) break;
        const name = `patch/${relative(op.path)}.p`;
        patches.set(op.patch.id, isReadable(name) ? name : alias(patches, 'patch'));
        break;
      }
      case 'patch-partition':
        if (!patches.has(op.patch.id)) patches.set(op.patch.id, `patch/${baseName(op.path)}.p`);
        break;
      case 'extract-file': {
        if (files.has(op.whole.id)) break;
        // The commit mark must not be unpacked together with the others.
        const name = op.path === commitMark ? 'dfota/build.prop' : extractionName(op.path);
        files.set(op.whole.id, isReadable(name) ? name : alias(files, 'file'));
        break;
      }
      case 'write-partition': {
        if (images.has(op.whole.id)) break;
        const name = isMinorImage(op.path)
          ? `firmware-update/${op.path.slice(sdx6x.minorImages.length + 1)}`
          : baseName(op.path);
        images.set(op.whole.id, isReadable(name) ? name : alias(images, 'image'));
        break;
      }
      default:
        break;
    }
  }
  for (const [size, payload] of [...plan.identities].sort(([a], [b]) => a - b))
    if (!patches.has(payload.id)) patches.set(payload.id, `patch/identity-${size}.p`);
  return { patches, files, images, placeholderFolder, placeholder: unusedName(plan) };
}

/** Whether package_extract_dir puts the file in its place. */
export function isExtractedByName(op: ExtractFile, names: EntryNames): boolean {
  return names.files.get(op.whole.id) === extractionName(op.path);
}

/** A file name that neither build uses, so that making a directory with it can overwrite nothing. */
function unusedName(plan: SettledPlan): string {
  const used = new Set<string>();
  for (const path of plan.decisions.keys()) used.add(baseName(path));
  let name = '.dfota';
  while (used.has(name)) name += '_';
  return name;
}
