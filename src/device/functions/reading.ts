import { fromBytes, toBytes } from '../../model/path.js';
import { blobOfBytes } from '../blob.js';
import { openFile } from '../posix.js';
import { type DeviceFunction, failed, needMemory, no, ScriptAbort } from '../runtime.js';
import { load, matching, noteUnknownFile } from './content.js';
import { expectArguments } from './text.js';

const readFile: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [path = ''] = await call.texts();
  const file = await load(runtime, path);
  if (typeof file === 'string') {
    failed(runtime, `read_file: ${file}`);
    if (runtime.profile.readNeedsFile) throw new ScriptAbort(`read_file: ${file}`);
    return { bytes: undefined };
  }
  needMemory(runtime, file.content.size);
  return { bytes: file.content };
};

const sha1Check: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1, Number.POSITIVE_INFINITY);
  const [first, ...rest] = call.args;
  if (first === undefined) return '';
  const value = await call.value(first);
  const bytes = typeof value === 'string' ? blobOfBytes(new Uint8Array(toBytes(value))) : value.bytes;
  const hashes: string[] = [];
  for (const argument of rest) hashes.push(await call.text(argument));
  if (bytes === undefined) return failed(runtime, 'sha1_check: no file contents', 'verification');
  if (rest.length === 0) return bytes.sha1;
  const at = matching(bytes, hashes);
  return hashes[at] ?? failed(runtime, `sha1_check: ${bytes.sha1} is none of the expected`, 'verification');
};

const fileGetProperty: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 2);
  const [path = '', key = ''] = await call.texts();
  const file = openFile(runtime.machine, path);
  if (typeof file === 'string') {
    noteUnknownFile(runtime, path);
    throw new ScriptAbort(`file_getprop: failed to stat "${path}": ${file}`);
  }
  if (file.content.size > 65536) throw new ScriptAbort(`${path} too large for file_getprop (max 65536)`);
  const text = fromBytes(await runtime.store.bytes(file.content));
  for (const raw of text.split('\n')) {
    const line = raw.replace(/^[\s]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals < 0) {
      if (runtime.profile.propertyLinesNeedEquals)
        throw new ScriptAbort(`file_getprop: malformed line "${line}": no "="`);
      continue;
    }
    if (line.slice(0, equals).trimEnd() === key) return line.slice(equals + 1).trim();
  }
  return no;
};

const getProperty: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [key = ''] = await call.texts();
  const known = await runtime.property(key);
  if (known === undefined) runtime.unknowns.add(`the property ${key} (--property ${key}=VALUE)`);
  return known ?? no;
};

/** The functions that read contents and properties. */
export const readingFunctions: Readonly<Record<string, DeviceFunction>> = {
  read_file: readFile,
  sha1_check: sha1Check,
  file_getprop: fileGetProperty,
  getprop: getProperty,
};
