import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { asInputError } from '../files/system-error.js';
import { fileKind, headLength } from '../formats/file-kind.js';
import { plainText } from '../formats/text/plain-text.js';
import { isSha1, type Sha1 } from '../model/digest.js';
import { type Fault, InputError } from '../model/errors.js';
import { kindInWords } from '../model/file-kind.js';
import { sdx6x } from '../model/layout.js';
import { mostDeviceListFaultsShown } from '../model/limits/input.js';
import { largestDeviceListBytes } from '../model/limits.js';
import { type BuildPath, displayName, toBuildPath, toBytes, unsafeName } from '../model/path.js';
import { type OnProgress, silent } from '../model/progress.js';
import { readFolder } from './folder-tree.js';

/** The files of a module: where the user has them, and the SHA-1 of each as a path of SYSTEM. */
export interface ReadDeviceFiles {
  readonly origin: string;
  readonly files: ReadonlyMap<BuildPath, Sha1>;
}

/**
 * Reads a module's files: a folder that holds a copy of its /system (or of /), or the output of sha1sum. Paths may
 * begin with `./`, `/` or `/system/`. Throws InputError.
 */
export async function readDeviceFiles(
  path: string,
  options: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadDeviceFiles> {
  let isFolder: boolean;
  try {
    const stats = await stat(path);
    isFolder = stats.isDirectory();
    if (!isFolder && stats.size > largestDeviceListBytes) throw tooLarge(path);
  } catch (error) {
    throw asInputError(error, path);
  }
  if (isFolder) {
    const onProgress = options.onProgress ?? silent;
    const tree = await readFolder(path, { stage: 'read-source', onProgress, signal: options.signal });
    const files = new Map<string, Sha1>();
    for (const [name, node] of tree.nodes) if (node.kind === 'file') files.set(name, node.content.sha1);
    return { origin: path, files: underSystem(files) };
  }
  let text: string;
  try {
    text = plainText(await readList(path));
  } catch (error) {
    throw asInputError(error, path);
  }
  const { files, faults } = parseHashList(text, path);
  if (faults.length > 0) throw new InputError(faults);
  return { origin: path, files: underSystem(files) };
}

/** The bytes of a list, which may come through a pipe: `--device-files <(ssh module …)`. */
async function readList(path: string): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of createReadStream(path)) {
    const bytes = Buffer.from(part);
    parts.push(bytes);
    size += bytes.length;
    if (size > largestDeviceListBytes) throw tooLarge(path);
  }
  return Buffer.concat(parts, size);
}

function tooLarge(path: string): InputError {
  const expected = `at most ${largestDeviceListBytes} bytes`;
  return new InputError({
    code: 'device-list-large',
    place: { file: path },
    message: 'the list is too large',
    expected,
  });
}

/**
 * Lines of sha1sum (`<40 hex digits>  <path>`, or `SHA1 (<path>) = <40 hex digits>`), one unit a byte; blank lines are skipped. Names are
 * given without a leading `./` or `/`. A line that begins with a backslash has its name escaped, as GNU sha1sum writes odd names. A list
 * of another digest is one fault, not one for each line.
 */
export function parseHashList(
  text: string,
  file: string,
): { readonly files: ReadonlyMap<string, Sha1>; readonly faults: readonly Fault[] } {
  const files = new Map<string, Sha1>();
  const faults: Fault[] = [];
  let others = 0;
  let other: Fault | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*$/.test(line)) continue;
    const hashed = hashLine(line);
    const kind = hashed === undefined ? undefined : otherDigests[hashed.digits.length];
    if (hashed !== undefined && kind !== undefined) {
      others += 1;
      other ??= {
        code: 'device-list-digest',
        place: { file, line: index + 1 },
        message: `the list is made of ${kind}, and the package checks files by their SHA-1`,
        found: displayName(line.slice(0, 120)),
        expected: '40 hex digits, two blanks, a path',
        remedy: 'make the list with sha1sum: "dfota check --help" shows the command',
      };
      continue;
    }
    if (faults.length >= mostDeviceListFaultsShown) continue;
    const name = (hashed?.name ?? '').replace(/^(\.?\/)+/, '');
    const unsafe = unsafeName(name);
    if (hashed !== undefined && isSha1(hashed.digits) && unsafe === undefined) {
      files.set(name, hashed.digits);
      continue;
    }
    faults.push({
      code: 'device-list-line',
      place: { file, line: index + 1 },
      message:
        hashed?.digits.length !== 40
          ? 'this line is none of sha1sum'
          : `the path cannot be one of a module (${unsafe})`,
      found: displayName(line.slice(0, 120)),
      expected: '40 hex digits, two blanks, a path',
      remedy: line.startsWith('sha1sum: ')
        ? 'this is a message of sha1sum: make the list as root, and leave its messages out (2>/dev/null)'
        : 'make the list with the command that "dfota check --help" shows',
    });
  }
  if (files.size === 0 && other === undefined && faults.length > fewFaults)
    return { files, faults: [noList(text, file)] };
  if (other === undefined) return { files, faults };
  const lines = others === 1 ? '1 line is' : `${others} lines are`;
  return { files, faults: [{ ...other, found: `${other.found} (${lines} like this)` }, ...faults] };
}

/** So many wrong lines are told one by one. */
const fewFaults = 4;

/** No line is one of sha1sum: one fault that says what the file is, in place of one a line. */
function noList(text: string, file: string): Fault {
  const kind = fileKind(toBytes(text.slice(0, headLength)), text.length);
  const first = text.split('\n').find((line) => !/^\s*$/.test(line)) ?? '';
  return {
    code: 'device-list-line',
    place: { file },
    message: 'no line of the list is one of sha1sum',
    found: kind === 'text' ? displayName(first.slice(0, 120)) : kindInWords(kind),
    expected: '40 hex digits, two blanks, a path in each line',
    remedy: 'make the list with the command that "dfota check --help" shows',
  };
}

/** Digests that people take for SHA-1, by the number of their hex digits. */
const otherDigests: Readonly<Record<number, string>> = {
  32: 'MD5 digests (md5sum)',
  56: 'SHA-224 digests (sha224sum)',
  64: 'SHA-256 digests (sha256sum)',
  96: 'SHA-384 digests (sha384sum)',
  128: 'SHA-512 digests (sha512sum)',
};

/** The digest, in small letters, and the name of a line; `undefined` where it is no such line. */
function hashLine(line: string): { readonly digits: string; readonly name: string } | undefined {
  const plain = /^(\\?)([0-9A-Fa-f]{32,128})(?: [ *]|\t+| (?=\S))(.+?)\r?$/s.exec(line);
  const tagged = /^(\\?)[A-Za-z0-9-]{3,10} ?\((.+)\) ?= ?([0-9A-Fa-f]{32,128})\s*$/s.exec(line);
  const [escaped, digits, written] =
    plain === null ? [tagged?.[1], tagged?.[3], tagged?.[2]] : [plain[1], plain[2], plain[3]];
  if (digits === undefined || written === undefined) return undefined;
  const name = escaped === '\\' ? written.replace(/\\([\\nr])/g, unescaped) : written;
  return { digits: digits.toLowerCase(), name };
}

function unescaped(_all: string, letter: string): string {
  return letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\';
}

/** Names as paths of SYSTEM, whether they were taken in /, in the parent of /system, or as build paths. */
function underSystem(files: ReadonlyMap<string, Sha1>): ReadonlyMap<BuildPath, Sha1> {
  const prefix = [`${sdx6x.system}/`, 'system/'].find((start) => {
    for (const name of files.keys()) if (!name.startsWith(start)) return false;
    return files.size > 0;
  });
  return new Map(
    [...files].map(([name, sha1]) => [toBuildPath(`${sdx6x.system}/${name.slice(prefix?.length ?? 0)}`), sha1]),
  );
}
