import { emptyBlob, type Whole } from '../blob.js';
import { changeModeAt, changeOwnerAt } from '../change-inode.js';
import type { PatchReading } from '../content.js';
import { find, freeSpace } from '../machine.js';
import { writeMtd } from '../partition.js';
import { overwrite, rename, unlink, writeFile } from '../posix.js';
import type { Profile } from '../profile.js';
import {
  DeviceCrashes,
  type DeviceFunction,
  DeviceHangs,
  failed,
  needMemory,
  parseByteCount,
  type Runtime,
  ScriptAbort,
  type Value,
  yes,
} from '../runtime.js';
import {
  isPartitionAddress,
  type Loaded,
  load,
  matching,
  mtdKey,
  noteUnknownPartition,
  parseSha1,
  savedFile,
} from './content.js';
import { makeRoomInCache } from './files.js';
import { type Chosen, choose, type PatchCall, readPatchCall } from './patch-call.js';
import { expectArguments } from './text.js';

const kib256 = 256 * 1024;

const applyPatchCheck: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1, Number.POSITIVE_INFINITY);
  const [path = '', ...hashes] = await call.texts();
  const file = await load(runtime, path);
  if (typeof file !== 'string') {
    needMemory(runtime, file.content.size);
    if (hashes.length === 0 || matching(file.content, hashes) >= 0) return yes;
  }
  const found = typeof file === 'string' ? file : `${path} has SHA-1 ${file.content.sha1}`;
  const saved = await load(runtime, savedFile);
  if (typeof saved !== 'string' && matching(saved.content, hashes) >= 0) return yes;
  return failed(
    runtime,
    `apply_patch_check: ${found}, expected ${hashes.join(' or ') || 'a readable file'}`,
    'verification',
  );
};

const applyPatchSpace: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [text = ''] = await call.texts();
  const bytes = parseByteCount(text, runtime.profile);
  if (bytes === undefined) throw new ScriptAbort(`${call.name}(): can't parse "${text}" as byte count`);
  if (makeRoom(runtime, bytes)) return yes;
  return failed(runtime, `apply_patch_space: less than ${bytes} bytes free in /cache`, 'space');
};

function makeRoom(runtime: Runtime, bytes: number): boolean {
  return makeRoomInCache(runtime, bytes, () => freeSpace(runtime.machine, '/cache'));
}

/** Copies a source to /cache with its mode and owner; the text says why that failed. */
function saveSource(runtime: Runtime, source: Loaded): string | undefined {
  const { machine } = runtime;
  if (!makeRoom(runtime, source.content.size)) return 'not enough free space on /cache';
  const error = writeFile(machine, savedFile, source.content, 0o600);
  if (error !== undefined) return `failed to back up the source file: ${error}`;
  const ref = find(machine, savedFile);
  if (typeof ref === 'string') return `failed to back up the source file: ${ref}`;
  changeModeAt(machine, ref, source.attributes.mode, savedFile);
  changeOwnerAt(machine, ref, source.attributes.uid, source.attributes.gid, savedFile);
  return undefined;
}

function space(problem: string): { readonly problem: string; readonly kind: 'space' | 'other' } {
  return { problem, kind: /space|ENOSPC/.test(problem) ? 'space' : 'other' };
}

/** How the profile's updater reads patches: only as far as it must, where strict looks at everything. */
export function readingOf({ outsideSource, chunksInSource, strict }: Profile): PatchReading {
  return { outsideSource, unread: strict ? 'check' : 'ignore', chunkRange: chunksInSource ? 'check' : 'memory' };
}

const unknownFormat = 'unknown patch file format';

async function isPatch(runtime: Runtime, { patch }: Chosen): Promise<boolean> {
  return patch !== undefined && (await runtime.store.isPatch(patch));
}

/** A patch that cannot be applied, and what was written of its result before that. */
interface Spoilt {
  readonly problem: string;
  readonly written: Whole;
}

/** Runs the patch; a truncated one never ends on the device. */
async function makeTarget(runtime: Runtime, chosen: Chosen, wanted: PatchCall): Promise<Whole | Spoilt> {
  const spoilt = (problem: string, written: Whole = emptyBlob): Spoilt => ({ problem, written });
  if (chosen.patch === undefined) return spoilt(unknownFormat);
  const outcome = await runtime.store.patch(chosen.patch, chosen.source.content, readingOf(runtime.profile));
  if (outcome.kind === 'bad') {
    if (outcome.code === 'bzip2-truncated') {
      throw new DeviceHangs(`the patch for ${wanted.targetName} is truncated: the device loops for ever on it`);
    }
    if (outcome.code === 'outside-memory') {
      throw new DeviceCrashes(`the patch for ${wanted.targetName} crashes the updater: ${outcome.message}`);
    }
    return spoilt(`${outcome.code}: ${outcome.message}`, outcome.written);
  }
  const { result } = outcome;
  const patches = wanted.patches.reduce((sum, patch) => sum + (patch?.size ?? 0), 0);
  needMemory(runtime, chosen.source.content.size + result.size + patches);
  if (runtime.profile.strict && result.size !== wanted.targetSize) {
    return spoilt(`the result has ${result.size} bytes, the script says ${wanted.targetSize}`);
  }
  return result;
}

/** Writes the partition that an address names: what stands behind its name does not count here. */
function writePartition(runtime: Runtime, address: string, content: Whole): boolean {
  const { machine, eraseBlock } = runtime;
  const [type, name = ''] = address.split(':');
  if (type === 'EMMC') return overwrite(machine, name, content) === undefined;
  const key = mtdKey(machine, name);
  if (key === undefined) noteUnknownPartition(machine, name, content);
  return key !== undefined && writeMtd(machine, key, content, eraseBlock);
}

/** An in-place partition: the source is saved to /cache, the result written over it. */
async function patchPartition(
  runtime: Runtime,
  chosen: Chosen,
  wanted: PatchCall,
): Promise<ReturnType<typeof space> | undefined> {
  const known = await isPatch(runtime, chosen);
  if (!known && runtime.profile.formatFirst) return space(unknownFormat);
  if (chosen.fromSaved) {
    // "the source" is saved once more although none was loaded: the only good copy is emptied. The newer ones go on with
    // what they hold in memory, so that a cut from here until the partition is whole loses it.
    writeFile(runtime.machine, savedFile, emptyBlob, 0o600);
    if (!runtime.profile.resumesPartitions) {
      return space('failed to back up the source file: the copy in /cache is destroyed');
    }
  } else {
    const saving = saveSource(runtime, chosen.source);
    if (saving !== undefined) return space(saving);
  }
  if (!known) return space(unknownFormat);
  const result = await makeTarget(runtime, chosen, wanted);
  if ('problem' in result) return space(result.problem);
  if (result.size > wanted.targetSize)
    return space(`the result does not fit the ${wanted.targetSize} bytes that the script says`);
  if (result.sha1 !== parseSha1(wanted.targetSha1)) return space('patch did not produce expected sha1');
  if (!writePartition(runtime, wanted.targetName, result)) {
    return space(`write of patched data to ${wanted.targetName} failed`);
  }
  unlink(runtime.machine, savedFile);
  return undefined;
}

/** The top-level directory of a path: the device asks it for the free space. */
function topOf(path: string): string {
  const slash = path.indexOf('/', 1);
  return slash < 0 ? path : path.slice(0, slash);
}

async function patchFile(
  runtime: Runtime,
  chosen: Chosen,
  wanted: PatchCall,
): Promise<ReturnType<typeof space> | undefined> {
  const { machine } = runtime;
  const output = `${wanted.targetName}.patch`;
  const known = await isPatch(runtime, chosen);
  if (!known && runtime.profile.formatFirst) return space(unknownFormat);
  let saved = false;
  let sourceIsThere = !chosen.fromSaved;
  for (let attempt = 0; ; attempt++) {
    const free = freeSpace(machine, topOf(wanted.targetName));
    // what cannot be asked counts as room without end
    const room = typeof free === 'number' ? free : Number.POSITIVE_INFINITY;
    const enough = attempt === 0 && room > kib256 && room > Math.floor((wanted.targetSize * 3) / 2);
    if (!enough && sourceIsThere) {
      if (isPartitionAddress(wanted.sourceName))
        return space('not enough free space for target but source is partition');
      const saving = saveSource(runtime, chosen.source);
      if (saving !== undefined) return space(saving);
      saved = true;
      sourceIsThere = false;
      unlink(machine, wanted.sourceName);
    }
    const opened = writeFile(machine, output, emptyBlob, runtime.profile.outputMode);
    if (opened !== undefined) return space(`failed to open output file ${output}: ${opened}`);
    if (!known) return space(unknownFormat);
    const result = await makeTarget(runtime, chosen, wanted);
    const made = 'problem' in result ? result.written : result;
    const writing = made.size === 0 ? undefined : writeFile(machine, output, made, runtime.profile.outputMode);
    const problem = 'problem' in result ? result.problem : writing;
    if (problem === undefined && !('problem' in result)) {
      if (result.sha1 !== parseSha1(wanted.targetSha1)) return space('patch did not produce expected sha1');
      break;
    }
    if (!enough) return space(`applying patch failed: ${problem}`);
    unlink(machine, output);
  }
  const ref = find(machine, output);
  if (typeof ref === 'string') return space(`chmod of ${output} failed: ${ref}`);
  changeModeAt(machine, ref, chosen.source.attributes.mode, output);
  changeOwnerAt(machine, ref, chosen.source.attributes.uid, chosen.source.attributes.gid, output);
  const renamed = rename(machine, output, wanted.targetName);
  if (renamed !== undefined) return space(`rename of .patch to ${wanted.targetName} failed: ${renamed}`);
  if (saved) unlink(machine, savedFile);
  return undefined;
}

const applyPatch: DeviceFunction = async (runtime, call) => {
  const { length } = call.args;
  if (length < 6 || length % 2 === 1) {
    throw new ScriptAbort(`apply_patch(): expected at least 6 args and an even number, got ${length}`);
  }
  const values: Value[] = [];
  for (const argument of call.args) values.push(await call.value(argument));
  const wanted = await readPatchCall(runtime, values);
  if (parseSha1(wanted.targetSha1) === undefined) {
    return failed(runtime, `apply_patch: failed to parse tgt-sha1 "${wanted.targetSha1}"`);
  }
  const chosen = await choose(runtime, wanted);
  if (chosen === 'done') return yes;
  if (typeof chosen === 'string') return failed(runtime, `apply_patch: ${chosen}`, 'verification');
  const problem = isPartitionAddress(wanted.targetName)
    ? await patchPartition(runtime, chosen, wanted)
    : await patchFile(runtime, chosen, wanted);
  if (problem === undefined) return yes;
  return failed(runtime, `apply_patch of ${wanted.targetName}: ${problem.problem}`, problem.kind);
};

/** The functions that check and patch contents. */
export const patchingFunctions: Readonly<Record<string, DeviceFunction>> = {
  apply_patch: applyPatch,
  apply_patch_check: applyPatchCheck,
  apply_patch_space: applyPatchSpace,
};
