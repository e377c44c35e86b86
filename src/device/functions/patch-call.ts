/** What apply_patch is asked for, and which bytes it patches. */
import type { Whole } from '../blob.js';
import type { Profile } from '../profile.js';
import { parseByteCount, parseInteger, type Runtime, ScriptAbort, type Value } from '../runtime.js';
import { type Loaded, load, matching, parseSha1, savedFile } from './content.js';

/** What apply_patch is asked for. */
export interface PatchCall {
  readonly sourceName: string;
  readonly targetName: string;
  readonly targetSha1: string;
  readonly targetSize: number;
  readonly hashes: readonly string[];
  readonly patches: readonly (Whole | undefined)[];
}

/** What is patched: the source where it is, or the copy in /cache. */
export interface Chosen {
  readonly source: Loaded;
  readonly fromSaved: boolean;
  readonly patch: Whole | undefined;
}

/** The target's size: the newer ones take a count of bytes, the older ones any number and whatever follows it. */
function parseTargetSize(text: string, profile: Profile): number | undefined {
  if (profile.wholeCounts) return parseByteCount(text, profile);
  return parseInteger(/^[ \t-\r]*[+-]?[0-9]+/.exec(text)?.[0] ?? '');
}

/** The arguments of a call. Throws ScriptAbort for those that the updater does not take. */
export async function readPatchCall(runtime: Runtime, values: readonly Value[]): Promise<PatchCall> {
  const [sourceName, target, targetSha1, sizeText, ...pairs] = values;
  if (typeof sourceName !== 'string' || typeof target !== 'string' || typeof targetSha1 !== 'string') {
    throw new ScriptAbort('apply_patch(): source, target and digest must be text');
  }
  const targetSize = typeof sizeText === 'string' ? parseTargetSize(sizeText, runtime.profile) : undefined;
  if (targetSize === undefined) throw new ScriptAbort("apply_patch(): can't parse the target size as byte count");
  const hashes: string[] = [];
  const patches: (Whole | undefined)[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const hash = pairs[i];
    const patch = pairs[i + 1];
    if (typeof hash !== 'string') throw new ScriptAbort(`apply_patch(): sha-1 #${i / 2} is not string`);
    if (patch === undefined || typeof patch === 'string') {
      throw new ScriptAbort(`apply_patch(): patch #${i / 2} is not blob`);
    }
    hashes.push(hash);
    patches.push(patch.bytes);
  }
  return { sourceName, targetName: target === '-' ? sourceName : target, targetSha1, targetSize, hashes, patches };
}

/** Which bytes are patched with which patch; the text says why none can be. */
export async function choose(runtime: Runtime, wanted: PatchCall): Promise<Chosen | 'done' | string> {
  const target = await load(runtime, wanted.targetName);
  if (typeof target !== 'string' && target.content.sha1 === parseSha1(wanted.targetSha1)) return 'done';
  const source = wanted.targetName === wanted.sourceName ? target : await load(runtime, wanted.sourceName);
  if (typeof source !== 'string' && (source.content.size > 0 || runtime.profile.patchesEmptySource)) {
    const use = matching(source.content, wanted.hashes);
    if (use >= 0) return { source, fromSaved: false, patch: wanted.patches[use] };
  }
  const why = typeof source === 'string' ? source : `${wanted.sourceName} has SHA-1 ${source.content.sha1}`;
  const copy = await load(runtime, savedFile);
  if (typeof copy === 'string') return `source file is bad (${why}) and there is no copy in /cache`;
  const use = matching(copy.content, wanted.hashes);
  if (use < 0) return `source file is bad (${why}) and the copy in /cache does not match either`;
  return { source: copy, fromSaved: true, patch: wanted.patches[use] };
}
