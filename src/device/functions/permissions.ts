import { changeExtraAt, changeModeAt, changeOwnerAt, isOwnerSet } from '../change-inode.js';
import type { Inode } from '../file-system.js';
import { find, type InodeRef, kindAt, type Machine, nodeAt } from '../machine.js';
import { walk } from '../posix.js';
import { noteChangeAt } from '../reach.js';
import { type Call, type DeviceFunction, no, ScriptAbort } from '../runtime.js';
import { isPlainNumber, largestId, leadingNumber, modeBits, toId, toMode, wholeNumber } from './numbers.js';
import { expectArguments } from './text.js';

/** Reads a number of `set_perm`. Strict refuses what no script means: signs, blanks, numbers that are cut off. */
function parseNumber(call: Call, text: string, what: string, most: bigint, strict: boolean): bigint {
  const value = wholeNumber(text);
  if (value === undefined || (strict && !isPlainNumber(text, 'any', most))) {
    throw new ScriptAbort(`${call.name}: "${text}" not a valid ${what}`);
  }
  return value;
}

const setPerm: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 4, Number.POSITIVE_INFINITY);
  const [uidText = '', gidText = '', modeText = '', ...paths] = await call.texts();
  const { permOnLink, strict } = runtime.profile;
  const uid = toId(parseNumber(call, uidText, 'uid', largestId, strict));
  const gid = toId(parseNumber(call, gidText, 'gid', largestId, strict));
  const mode = toMode(parseNumber(call, modeText, 'mode', modeBits, strict));
  const bad: string[] = [];
  for (const path of paths) {
    const itself = find(runtime.machine, path, false);
    // who looks for links stops at the first path that is missing
    if (typeof itself === 'string' && permOnLink === 'skip') {
      throw new ScriptAbort(`set_perm: Error on lstat of "${path}": ${itself}`);
    }
    if (typeof itself !== 'string' && permOnLink !== 'follow' && kindAt(runtime.machine, itself) === 'link') {
      if (permOnLink === 'skip') continue;
      throw new ScriptAbort(`set_perm: ${path} is a link: some updaters follow it, others leave it alone`);
    }
    const ref = find(runtime.machine, path);
    if (typeof ref === 'string') {
      bad.push(`${path}: ${ref}`);
      continue;
    }
    noteChangeAt(runtime.machine, ref, path);
    changeOwnerAt(runtime.machine, ref, uid, gid, path);
    changeModeAt(runtime.machine, ref, mode, path);
  }
  if (bad.length > 0) throw new ScriptAbort(`set_perm: some changes failed: ${bad.slice(0, 3).join(', ')}`);
  return no;
};

const setPermRecursive: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 5, Number.POSITIVE_INFINITY);
  const [uidText = '', gidText = '', directoryText = '', fileText = '', ...paths] = await call.texts();
  const { machine } = runtime;
  const { strict } = runtime.profile;
  const uid = toId(parseNumber(call, uidText, 'uid', largestId, strict));
  const gid = toId(parseNumber(call, gidText, 'gid', largestId, strict));
  const directoryMode = toMode(parseNumber(call, directoryText, 'dirmode', modeBits, strict));
  const fileMode = toMode(parseNumber(call, fileText, 'filemode', modeBits, strict));
  for (const path of paths) {
    const top = find(machine, path, false);
    if (typeof top === 'string') continue;
    noteChangeAt(machine, top, path, false);
    walk(machine, top, (ref, inode) => {
      if (inode.kind !== 'file' && inode.kind !== 'directory') return;
      const mode = inode.kind === 'directory' ? directoryMode : fileMode;
      // Nearly all of a build is as it should be, and is met again in each of hundreds of cut runs.
      if (inode.mode === mode && isOwnerSet(inode, uid, gid)) return;
      changeOwnerAt(machine, ref, uid, gid, path);
      changeModeAt(machine, ref, mode, path);
    });
  }
  return no;
};

interface Metadata {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mode?: number | undefined;
  readonly dmode?: number | undefined;
  readonly fmode?: number | undefined;
  readonly selabel?: string | undefined;
  readonly capabilities?: bigint | undefined;
}

const idKeys: ReadonlySet<string> = new Set(['uid', 'gid']);
const modeKeys: ReadonlySet<string> = new Set(['mode', 'dmode', 'fmode']);
const allCapabilities = 2n ** 64n - 1n;

/** Reads pairs of key and value. The updaters leave out what they cannot read; strict refuses it. */
function parseMetadata(call: Call, texts: readonly string[], strict: boolean): Metadata {
  let metadata: Metadata = {};
  const number = (key: string, text: string, form: 'any' | 'decimal', most: bigint): bigint | undefined => {
    if (strict && !isPlainNumber(text, form, most)) {
      throw new ScriptAbort(`${call.name}: "${text}" not a valid ${key}`);
    }
    return leadingNumber(text, form);
  };
  for (let i = 1; i + 1 < texts.length; i += 2) {
    const key = texts[i] ?? '';
    const text = texts[i + 1] ?? '';
    if (idKeys.has(key)) {
      const value = number(key, text, 'decimal', largestId);
      if (value !== undefined) metadata = { ...metadata, [key]: toId(value) };
    } else if (modeKeys.has(key)) {
      const value = number(key, text, 'any', modeBits);
      if (value !== undefined) metadata = { ...metadata, [key]: toMode(value) };
    } else if (key === 'capabilities') {
      const value = number(key, text, 'any', allCapabilities);
      if (value !== undefined) metadata = { ...metadata, capabilities: BigInt.asUintN(64, value) };
    } else if (key === 'selabel') {
      if (text !== '') metadata = { ...metadata, selabel: text };
      else if (strict) throw new ScriptAbort(`${call.name}: an empty selabel`);
    } else if (strict) throw new ScriptAbort(`${call.name}: unknown key "${key}"`);
  }
  return metadata;
}

function applyMetadata(machine: Machine, ref: InodeRef, inode: Inode, metadata: Metadata, path: string): void {
  if (inode.kind !== 'file' && inode.kind !== 'directory') return;
  if (metadata.uid !== undefined) changeOwnerAt(machine, ref, metadata.uid, undefined, path);
  if (metadata.gid !== undefined) changeOwnerAt(machine, ref, undefined, metadata.gid, path);
  if (metadata.mode !== undefined) changeModeAt(machine, ref, metadata.mode, path);
  const byKind = inode.kind === 'directory' ? metadata.dmode : metadata.fmode;
  if (byKind !== undefined) changeModeAt(machine, ref, byKind, path);
  if (metadata.selabel !== undefined) changeExtraAt(machine, ref, { selabel: metadata.selabel }, path);
  if (metadata.capabilities !== undefined && inode.kind === 'file') {
    const capabilities = metadata.capabilities === 0n ? undefined : metadata.capabilities;
    changeExtraAt(machine, ref, { capabilities }, path);
  }
}

const setMetadata =
  (recursive: boolean): DeviceFunction =>
  async (runtime, call) => {
    if (call.args.length % 2 === 0) {
      throw new ScriptAbort(`${call.name}() expects an odd number of arguments, got ${call.args.length}`);
    }
    const texts = await call.texts();
    const path = texts[0] ?? '';
    const { machine } = runtime;
    const top = find(machine, path, false);
    if (typeof top === 'string') {
      // the updaters go on without a word: what is missing then shows in the comparison
      if (!runtime.profile.metadataNeedsPath) return no;
      throw new ScriptAbort(`${call.name}: Error on lstat of "${path}": ${top}`);
    }
    const metadata = parseMetadata(call, texts, runtime.profile.strict);
    noteChangeAt(machine, top, path, false);
    if (recursive) walk(machine, top, (ref, inode) => applyMetadata(machine, ref, inode, metadata, path));
    else applyMetadata(machine, top, nodeAt(machine, top), metadata, path);
    return no;
  };

/** The functions that set owners and modes, both families. They give the empty text when they have worked: a guard would abort. */
export const permissionFunctions: Readonly<Record<string, DeviceFunction>> = {
  set_perm: setPerm,
  set_perm_recursive: setPermRecursive,
  set_metadata: setMetadata(false),
  set_metadata_recursive: setMetadata(true),
};
