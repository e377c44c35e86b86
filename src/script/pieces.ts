/** Statements and calls that several phases are made of. */
import type { Content } from '../model/build.js';
import type { DeviceOrder } from '../model/device-order.js';
import type { ExtractFile, PatchFile } from '../model/operation.js';
import { device, entryOf } from './names.js';
import { fraction, integer } from './numbers.js';
import {
  type Call,
  call,
  type Expression,
  type Parameter,
  run,
  type Statement,
  together,
  word,
  wrappedCall,
} from './statements.js';

/** Makes a statement that stops the update, with the message, where the expression is false. */
export type Guard = (expression: Expression, message: string) => Statement;

/** Progress is only reported when it moved by so much: 200 statements at the most for each bar. */
const progressStep = 0.005;

/** A bar that counts bytes and speaks only when it moved. */
export function progressBar(total: number): (bytes: number) => readonly Statement[] {
  let done = 0;
  let shown = 0;
  return (bytes) => {
    done += bytes;
    const part = done / (total + 1);
    if (part - shown < progressStep) return [];
    shown = part;
    return [run(call('set_progress', fraction(part)))];
  };
}

/** A call with many paths; nothing for none. */
export function pathsCall(name: string, paths: readonly string[]): readonly Statement[] {
  return paths.length === 0 ? [] : [run(wrappedCall(name, ...paths))];
}

/** The bytes of an entry. */
export function extract(entry: string): Call {
  return call('package_extract_file', entry);
}

/** An apply_patch from one path to another (`-`: in place), with pairs of a source and the entry of its patch. */
export function applyPatch(
  from: string,
  to: string,
  target: Content,
  ...patches: readonly (readonly [Content, string])[]
): Call {
  const pairs: Parameter[] = patches.map(([source, entry]) => together(word(source.sha1), extract(entry)));
  return wrappedCall('apply_patch', from, to, word(target.sha1), integer(target.size), ...pairs);
}

/** Puts one file in its place; its directory is there by then. */
export function extractFile({ path, whole }: ExtractFile, order: DeviceOrder, guard: Guard): Statement {
  const here = device(path);
  return guard(call('package_extract_file', entryOf(order.names.files, whole), here), `failed to unpack ${here}`);
}

/** Confirms one file by its hash. */
export function confirmFile({ path, target }: ExtractFile, guard: Guard): Statement {
  const here = device(path);
  return guard(call('apply_patch_check', here, target.sha1), `"${here}" was not unpacked correctly.`);
}

/** Patches one file, from itself or from its base. */
export function patchFile({ path, base, target, patch }: PatchFile, order: DeviceOrder, guard: Guard): Statement {
  const here = device(path);
  const entry = entryOf(order.names.patches, patch);
  const call =
    base.path === path
      ? applyPatch(here, '-', target, [base.content, entry])
      : applyPatch(device(base.path), here, target, [base.content, entry]);
  return guard(call, `failed to patch ${here}`);
}
