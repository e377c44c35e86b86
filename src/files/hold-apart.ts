/**
 * Holds outputs against inputs and against each other before anything is read, so that no input is lost. Two paths are the same
 * when they lead to the same file, whatever they are called: by link, by hard link, by another spelling of the name.
 */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../model/errors.js';
import { destinationOf, requireFolder } from './destination.js';
import { requireFreeFolder } from './output.js';
import { identify, ignoresCase } from './same-file.js';

/** What is read. */
export interface InputPath {
  /** What it is to the user: `the source`. */
  readonly role: string;
  readonly path: string;
  /** Nothing may be written into it, where it is a folder; true unless said otherwise. */
  readonly whole?: boolean | undefined;
}

/** What is written. */
export interface OutputPath {
  readonly role: string;
  readonly path: string;
  /**
   * `file`: a file that must be read back; `text`: a file, a pipe or a device; `folder`: a folder that is there, in which files are made;
   * `store`: the same, and made when it is missing; `new-folder`: a folder that appears with all its content.
   */
  readonly kind: 'file' | 'text' | 'folder' | 'store' | 'new-folder';
}

/** A path as the file system sees it. */
interface Located {
  /** Through all links; what does not exist yet is appended to the folder that does. */
  readonly real: string;
  /** Device and inode; `undefined` for what is not there, and for what is neither a file nor a folder. */
  readonly id: string | undefined;
  readonly isFolder: boolean;
  /** A device, a pipe or a socket: it keeps nothing that could be lost. */
  readonly isStream: boolean;
  /** The folders that it lies in, by device and inode. */
  readonly within: ReadonlySet<string>;
}

/**
 * Throws UsageError when an output is an input, lies in an input folder, or is another output; and InputError when an output cannot be where it is
 * named: a folder in place of a file, a device that cannot be read back, a missing folder.
 */
export async function holdApart(inputs: readonly InputPath[], outputs: readonly OutputPath[]): Promise<void> {
  const read = await Promise.all(inputs.map(async (input) => ({ ...input, at: await locate(input.path) })));
  const written: (OutputPath & { readonly at: Located })[] = [];
  for (const output of outputs) {
    const at = await locate(await landing(output));
    for (const input of read) refuseInput(output, at, input);
    for (const other of written) {
      if (await isSame(at, other.at)) refuse(output.path, `${output.role} and ${other.role} are the same`);
    }
    written.push({ ...output, at });
  }
  for (const output of outputs) await requirePossible(output);
}

/** Throws UsageError when one of the outputs would replace an input; says nothing of outputs otherwise. */
export async function refuseReplaced(input: InputPath, outputs: readonly OutputPath[]): Promise<void> {
  const read = { ...input, at: await locate(input.path) };
  for (const output of outputs) refuseInput(output, await locate(await landing(output)), read);
}

/** Where an output goes; what is wrong with it by itself is told after the comparison. */
async function landing({ path, kind }: OutputPath): Promise<string> {
  if (kind !== 'file' && kind !== 'text') return path;
  return destinationOf(path).then(
    (destination) => destination.path,
    () => path,
  );
}

async function requirePossible({ path, kind }: OutputPath): Promise<void> {
  switch (kind) {
    case 'file':
      return void (await destinationOf(path, 'file'));
    case 'text':
      return void (await destinationOf(path));
    case 'folder':
      return requireFolder(path, path);
    case 'new-folder':
      return requireFreeFolder(path);
    case 'store':
      return;
    default:
      return kind satisfies never;
  }
}

function refuseInput(output: OutputPath, at: Located, input: InputPath & { readonly at: Located }): void {
  const same = (at.real === input.at.real && !at.isStream) || (at.id !== undefined && at.id === input.at.id);
  const { whole = true } = input;
  // Files made in a folder of lists, say, leave the lists as they are.
  if (same && (whole || output.kind === 'file' || output.kind === 'text')) {
    refuse(output.path, `${output.role} is ${input.role}: it would be lost`);
  }
  if (whole && input.at.isFolder && input.at.id !== undefined && at.within.has(input.at.id)) {
    refuse(output.path, `${output.role} lies in ${input.role}, which would be changed: ${input.path}`);
  }
}

function refuse(file: string, message: string): never {
  throw new UsageError({ code: 'output-over-input', place: { file }, message, remedy: 'name another output' });
}

async function locate(path: string): Promise<Located> {
  const missing: string[] = [];
  let there = resolve(path);
  let real = await realpath(there).catch(() => undefined);
  while (real === undefined && dirname(there) !== there) {
    missing.unshift(basename(there));
    there = dirname(there);
    real = await realpath(there).catch(() => undefined);
  }
  const base = real ?? there;
  const found = missing.length === 0 ? await identify(base) : undefined;
  const within = new Set<string>();
  for (let folder = missing.length === 0 ? dirname(base) : base; ; folder = dirname(folder)) {
    const id = (await identify(folder))?.id;
    if (id !== undefined) within.add(id);
    if (dirname(folder) === folder) break;
  }
  const isFolder = found?.isFolder === true;
  const isStream = missing.length === 0 && found === undefined;
  return { real: join(base, ...missing), id: found?.id, isFolder, isStream, within };
}

/** Two outputs, which need not be there yet: then their names are compared as their file system compares them. */
async function isSame(one: Located, other: Located): Promise<boolean> {
  if (one.id !== undefined || other.id !== undefined) return one.id === other.id;
  if (one.real === other.real) return !one.isStream;
  if (fold(one.real) !== fold(other.real)) return false;
  return ignoresCase(dirname(one.real));
}

function fold(path: string): string {
  return path.normalize('NFC').toLowerCase();
}
