import type { Inode } from '../file-system.js';
import { find, type InodeRef, type Machine, nodeAt } from '../machine.js';
import { changeExtraAt, changeModeAt, changeOwnerAt, walk } from '../posix.js';
import { noteChangeAt } from '../reach.js';
import { type Call, type DeviceFunction, no, ScriptAbort } from '../runtime.js';
import { expectArguments } from './text.js';

/** Numbers of permission functions are read as C does: 0x hex, 0 octal, else decimal. */
function parseNumber(call: Call, text: string, what: string): bigint {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return BigInt(text);
  if (/^0[0-7]*$/.test(text)) return BigInt(`0o${text}`);
  if (/^[1-9][0-9]*$/.test(text)) return BigInt(text);
  throw new ScriptAbort(`${call.name}: "${text}" not a valid ${what}`);
}

const largestId = 0xffffffffn;

function parseId(call: Call, text: string, what: string): number {
  const id = parseNumber(call, text, what);
  if (id > largestId) throw new ScriptAbort(`${call.name}: "${text}" not a valid ${what}`);
  return Number(id);
}

function parseMode(call: Call, text: string): number {
  const mode = parseNumber(call, text, 'mode');
  if (mode > 0o7777n) throw new ScriptAbort(`${call.name}: "${text}" not a valid mode`);
  return Number(mode);
}

const setPerm: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 4, Number.POSITIVE_INFINITY);
  const [uidText = '', gidText = '', modeText = '', ...paths] = await call.texts();
  const uid = parseId(call, uidText, 'uid');
  const gid = parseId(call, gidText, 'gid');
  const mode = parseMode(call, modeText);
  const bad: string[] = [];
  for (const path of paths) {
    const { permOnLink } = runtime.profile;
    const itself = find(runtime.machine, path, false);
    if (typeof itself !== 'string' && permOnLink !== 'follow' && nodeAt(runtime.machine, itself).kind === 'link') {
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
  const uid = parseId(call, uidText, 'uid');
  const gid = parseId(call, gidText, 'gid');
  const directoryMode = parseMode(call, directoryText);
  const fileMode = parseMode(call, fileText);
  const { machine } = runtime;
  for (const path of paths) {
    const top = find(machine, path, false);
    if (typeof top === 'string') continue;
    noteChangeAt(machine, top, path, false);
    walk(machine, top, (ref, inode) => {
      if (inode.kind !== 'file' && inode.kind !== 'directory') return;
      changeOwnerAt(machine, ref, uid, gid, path);
      changeModeAt(machine, ref, inode.kind === 'directory' ? directoryMode : fileMode, path);
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

function parseMetadata(call: Call, texts: readonly string[], strict: boolean): Metadata {
  if (texts.length % 2 !== 1) throw new ScriptAbort(`${call.name}() expects an odd number of arguments`);
  let metadata: Metadata = {};
  for (let i = 1; i + 1 < texts.length; i += 2) {
    const key = texts[i] ?? '';
    const text = texts[i + 1] ?? '';
    if (key === 'uid' || key === 'gid') metadata = { ...metadata, [key]: parseId(call, text, key) };
    else if (key === 'mode' || key === 'dmode' || key === 'fmode') {
      metadata = { ...metadata, [key]: parseMode(call, text) };
    } else if (key === 'selabel') metadata = { ...metadata, selabel: text };
    else if (key === 'capabilities') metadata = { ...metadata, capabilities: parseNumber(call, text, 'capabilities') };
    else if (strict) throw new ScriptAbort(`${call.name}: unknown key "${key}"`);
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
    expectArguments(call, 3, Number.POSITIVE_INFINITY);
    const texts = await call.texts();
    const metadata = parseMetadata(call, texts, runtime.profile.strict);
    const path = texts[0] ?? '';
    const { machine } = runtime;
    const top = find(machine, path, false);
    if (typeof top === 'string') {
      // the updaters go on without a word: what is missing then shows in the comparison
      if (!runtime.profile.metadataNeedsPath) return no;
      throw new ScriptAbort(`${call.name}: Error on lstat of "${path}": ${top}`);
    }
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
