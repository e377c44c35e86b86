import { fromBytes, toBytes } from '../../model/path.js';
import { blobOfBytes } from '../blob.js';
import { openFile } from '../posix.js';
import { DeviceCrashes, type DeviceFunction, failed, needMemory, no, ScriptAbort } from '../runtime.js';
import { load, matching, noteUnknown, noteUnknownFile } from './content.js';
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
  for (const argument of rest) {
    // what is no text is not looked at
    const hash = await call.value(argument);
    if (typeof hash === 'string') hashes.push(hash);
  }
  if (bytes === undefined) return failed(runtime, 'sha1_check: no file contents', 'verification');
  if (rest.length === 0) return bytes.sha1;
  const at = matching(bytes, hashes);
  return hashes[at] ?? failed(runtime, `sha1_check: ${bytes.sha1} is none of the expected`, 'verification');
};

/** What C counts as white space, where a byte of UTF-8 such as 0xa0 is none. */
const blanksBefore = /^[ \t-\r]+/;
const blanksAfter = /[ \t-\r]+$/;

const fileGetProperty: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 2);
  const [path = '', key = ''] = await call.texts();
  const file = openFile(runtime.machine, path);
  if (typeof file === 'string') {
    noteUnknownFile(runtime, path);
    throw new ScriptAbort(`file_getprop: failed to stat "${path}": ${file}`);
  }
  if (file.content.size > 65536) throw new ScriptAbort(`${path} too large for file_getprop (max 65536)`);
  const [text = ''] = fromBytes(await runtime.store.bytes(file.content)).split('\0');
  if (/^\n*$/.test(text)) throw new DeviceCrashes(`file_getprop: ${path} is empty, which crashes every updater`);
  for (const raw of text.split('\n')) {
    const line = raw.replace(blanksBefore, '');
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals < 0) {
      if (runtime.profile.propertyLinesNeedEquals)
        throw new ScriptAbort(`file_getprop: malformed line "${line}": no "="`);
      continue;
    }
    const found = line.slice(0, equals).replace(blanksAfter, '');
    if (found === key)
      return line
        .slice(equals + 1)
        .replace(blanksBefore, '')
        .replace(blanksAfter, '');
  }
  return no;
};

const getProperty: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [key = ''] = await call.texts();
  // a property is no part of the flash: it is asked for in each start
  runtime.machine.reads?.everything();
  const known = await runtime.property(key);
  if (known === undefined) {
    runtime.unknowns.add(`the property ${key} (--property ${key}=VALUE)`);
    runtime.untold.set(call.at, key);
    if (runtime.triedProperties?.has(call.at) === false) noteUnknown(runtime, `the property ${key} after a power cut`);
  }
  return known ?? no;
};

/** The functions that read contents and properties. */
export const readingFunctions: Readonly<Record<string, DeviceFunction>> = {
  read_file: readFile,
  sha1_check: sha1Check,
  file_getprop: fileGetProperty,
  getprop: getProperty,
};
