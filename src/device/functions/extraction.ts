import { compareBytes } from '../../model/path.js';
import { type Blob, emptyBlob } from '../blob.js';
import { writeMtd } from '../partition.js';
import { makeParents, openFile, writeFile } from '../posix.js';
import { noteReach } from '../reach.js';
import {
  createdMode,
  DeviceCrashes,
  type DeviceFunction,
  failed,
  needMemory,
  no,
  type PackageEntry,
  ScriptAbort,
  type Value,
  yes,
} from '../runtime.js';
import { mtdKey, noteUnknownFile, noteUnknownPartition } from './content.js';
import { expectArguments } from './text.js';

const extractFile: DeviceFunction = async (runtime, call): Promise<Value> => {
  expectArguments(call, 1, 2);
  const [name = '', path] = await call.texts();
  const entry = runtime.entries.get(name);
  if (path === undefined) {
    if (entry === undefined) {
      failed(runtime, `package_extract_file: no ${name} in package`);
      return { bytes: undefined };
    }
    needMemory(runtime, entry.content.size);
    return { bytes: entry.content };
  }
  if (entry === undefined) return failed(runtime, `package_extract_file: no ${name} in package`);
  const error = writeFile(
    runtime.machine,
    path,
    entry.content,
    createdMode(runtime.profile, runtime.profile.extractedMode),
  );
  if (error === undefined) return yes;
  return failed(runtime, `package_extract_file: can't write ${path}: ${error}`, error === 'ENOSPC' ? 'space' : 'other');
};

const sortedNames = new WeakMap<ReadonlyMap<string, PackageEntry>, readonly string[]>();

/** The names that begin so, in the order of their bytes: those of one package are sorted once. */
function namesBelow(entries: ReadonlyMap<string, PackageEntry>, prefix: string): readonly string[] {
  let sorted = sortedNames.get(entries);
  if (sorted === undefined) {
    sorted = [...entries.keys()].sort(compareBytes);
    sortedNames.set(entries, sorted);
  }
  return sorted.filter((name) => name.startsWith(prefix));
}

const extractDirectory: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 2);
  const [folder = '', destination = ''] = await call.texts();
  if (!destination.startsWith('/') || folder.startsWith('/')) {
    return failed(runtime, `package_extract_dir: cannot extract ${folder} to ${destination}`);
  }
  const { machine, profile } = runtime;
  const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const base = destination.replace(/\/+$/, '');
  for (const name of namesBelow(runtime.entries, prefix)) {
    const entry = runtime.entries.get(name);
    // an entry with a link's mode becomes a plain file that holds the link's text
    if (entry === undefined || name.endsWith('/')) continue;
    const below = name.slice(prefix.length);
    const path = `${base}/${below}`;
    if (below.split('/').includes('..')) {
      // the updaters go where it leads: nothing is proved of that, and nothing written here
      noteReach(machine, 'change', path, `extracts an entry with ".." in its name to ${path}`);
      return failed(runtime, `package_extract_dir: ${name}`);
    }
    const parents = makeParents(machine, path, createdMode(profile, 0o755));
    const error = parents ?? writeFile(machine, path, entry.content, createdMode(profile, 0o644));
    if (error === undefined) continue;
    failed(runtime, `package_extract_dir: ${path}: ${error}`, error === 'ENOSPC' ? 'space' : 'other');
    // the extractor stops here, and says true when only the writing failed
    return error === 'ENOSPC' ? yes : no;
  }
  return yes;
};

const writeRawImage: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 2);
  const [contents, name] = call.args;
  if (contents === undefined || name === undefined) return no;
  const { machine } = runtime;
  const value = await call.value(contents);
  const partition = await call.text(name);
  if (partition === '') throw new ScriptAbort("write_raw_image: partition argument can't be empty");
  let bytes: Blob | undefined;
  if (typeof value === 'string') {
    if (value === '') throw new ScriptAbort("write_raw_image: file argument can't be empty");
    const file = openFile(machine, value);
    if (typeof file === 'string') {
      noteUnknownFile(runtime, value);
      return failed(runtime, `write_raw_image: can't open ${value}: ${file}`);
    }
    bytes = file.content;
  } else bytes = value.bytes;
  const key = mtdKey(machine, partition);
  if (key === undefined) {
    noteUnknownPartition(machine, partition, bytes ?? emptyBlob);
    return failed(runtime, `write_raw_image: no mtd partition named "${partition}"`);
  }
  if (bytes === undefined)
    throw new DeviceCrashes('write_raw_image: the contents are missing, which crashes every updater');
  if (writeMtd(machine, key, bytes, runtime.eraseBlock)) return partition;
  return failed(runtime, `write_raw_image: "${partition}" does not hold ${bytes.size} bytes`);
};

/** The functions that take contents out of the package, or write images. */
export const extractionFunctions: Readonly<Record<string, DeviceFunction>> = {
  package_extract_file: extractFile,
  package_extract_dir: extractDirectory,
  write_raw_image: writeRawImage,
};
