/** The folder in which a simulated module lives: its flash, its files, the package under way. */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Blob, Whole } from '../device/blob.js';
import type { ContentStore } from '../device/content.js';
import type { Flash } from '../device/machine.js';
import { requireFolder } from '../files/destination.js';
import { writeBytes } from '../files/output.js';
import { asInputError, asOutputError, systemCode } from '../files/system-error.js';
import type { BuildContent, OpenBuild } from '../model/build.js';
import { isSha1, type Sha1, sha1Of } from '../model/digest.js';
import { InputError } from '../model/errors.js';
import { largestModuleStateBytes, longestStoredNameCharacters } from '../model/limits/module.js';
import { toBuildPath } from '../model/path.js';
import { DamagedState, flashFrom, flashJson } from './flash-state.js';

/** What survives when a module is switched off. */
export interface ModuleState {
  readonly flash: Flash;
  /** `recovery`: the package in usrdata is to be applied, or to be applied again. */
  readonly stage: 'normal' | 'recovery';
  /** Times that the recovery was entered for this package. */
  readonly entries: number;
}

/** A file in the module's own storage. */
export interface StoredFile {
  readonly name: string;
  readonly size: number;
}

/** The folder of a module. */
export interface Storage {
  readonly folder: string;
  /** The firmware's files, and those that updates have made. */
  readonly content: BuildContent;
  /** `undefined` for a module that was never switched on. Throws InputError for a damaged state, or one of another firmware. */
  readonly load: () => Promise<ModuleState | undefined>;
  readonly save: (state: ModuleState, store: Pick<ContentStore, 'bytes'>) => Promise<void>;
  readonly files: () => Promise<readonly StoredFile[]>;
  /** Where a file of that name is, or is to be. */
  readonly pathOf: (name: string) => string;
  /** The package that the recovery applies. */
  readonly packagePath: string;
}

const stateVersion = 1;
const keptFolder = 'KEPT';

/** Whether a module stores a file under the name: no folders, nothing but plain characters. */
export function isStoredName(name: string): boolean {
  return name.length <= longestStoredNameCharacters && /^[A-Za-z0-9_@%?=:-][A-Za-z0-9._@%?=:-]*$/.test(name);
}

/** The firmware that a module's folder was made with. Throws InputError where there is no module in it. */
export async function firmwareOf(folder: string): Promise<{ readonly path: string }> {
  const file = join(folder, 'state.json');
  const value = await readState(file);
  const firmware = typeof value === 'object' && value !== null ? Reflect.get(value, 'firmware') : undefined;
  if (typeof firmware === 'string') return { path: firmware };
  throw new InputError({
    code: 'module-state',
    place: { file },
    message:
      value === undefined
        ? 'there is no simulated module in this folder'
        : 'the state of the simulated module is damaged',
    remedy: 'make one with dfota module --firmware BUILD --listen ADDRESS --state FOLDER',
  });
}

async function readState(file: string): Promise<unknown> {
  try {
    if ((await stat(file)).size > largestModuleStateBytes) return null;
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return null;
    throw asInputError(error, file);
  }
}

/** Opens the folder, which is made when it is missing; its parent must be there. */
export async function openStorage(folder: string, firmware: OpenBuild): Promise<Storage> {
  const [kept, files, update] = ['content', 'ufs', 'fota'].map((name) => join(folder, name));
  if (kept === undefined || files === undefined || update === undefined) throw new Error('no folders');
  await requireFolder(resolve(folder, '..'), folder);
  try {
    for (const each of [kept, files, update]) await mkdir(each, { recursive: true });
  } catch (error) {
    throw asOutputError(error, folder);
  }
  const stateFile = join(folder, 'state.json');
  const known = new Map<Sha1, Whole>();
  for (const entry of firmware.build.entries.values()) {
    if (entry.kind !== 'file') continue;
    const { size, sha1 } = entry.content;
    known.set(sha1, { kind: 'whole', size, sha1, origin: { from: 'build', path: entry.path } });
  }
  const contentOf = (sha1: Sha1, size: number): Whole =>
    known.get(sha1) ?? {
      kind: 'whole',
      size,
      sha1,
      origin: { from: 'build', path: toBuildPath(`${keptFolder}/${sha1}`) },
    };
  const damaged = (): InputError =>
    new InputError({
      code: 'module-state',
      place: { file: stateFile },
      message: 'the state of the simulated module is damaged',
      remedy: 'give it a new folder with --state, or delete what is in this one',
    });
  return {
    folder,
    packagePath: join(update, 'ipth_package.bin'),
    content: {
      read: async (path) => {
        if (!path.startsWith(`${keptFolder}/`)) return await firmware.content.read(path);
        const name = path.slice(keptFolder.length + 1);
        const bytes = new Uint8Array(await readFile(join(kept, name)).catch(() => Buffer.alloc(0)));
        if (sha1Of(bytes) !== name) throw damaged();
        return bytes;
      },
      close: async () => {},
    },
    load: async () => {
      const value = await readState(stateFile);
      if (value === undefined) return undefined;
      if (typeof value !== 'object' || value === null || Reflect.get(value, 'version') !== stateVersion)
        throw damaged();
      if (Reflect.get(value, 'digest') !== firmware.build.digest) {
        throw new InputError({
          code: 'module-other-firmware',
          place: { file: folder },
          message: 'the simulated module in this folder was made with another firmware',
          found: String(Reflect.get(value, 'firmware')),
          remedy: 'name that firmware, or give the module another folder with --state',
        });
      }
      const [stage, entries] = [Reflect.get(value, 'stage'), Reflect.get(value, 'entries')];
      if ((stage !== 'normal' && stage !== 'recovery') || typeof entries !== 'number') throw damaged();
      try {
        return { flash: flashFrom(Reflect.get(value, 'flash'), contentOf), stage, entries };
      } catch (error) {
        throw error instanceof DamagedState ? damaged() : error;
      }
    },
    save: async ({ flash, stage, entries }, store) => {
      const contents = new Map<Sha1, Blob>();
      const json = flashJson(flash, (content) => {
        if (!known.has(content.sha1)) contents.set(content.sha1, content);
      });
      const there = new Set(await readdir(kept));
      for (const [sha1, content] of contents) {
        if (!there.has(sha1)) await writeBytes(join(kept, sha1), await store.bytes(content), { durable: false });
      }
      const text = JSON.stringify({
        version: stateVersion,
        firmware: resolve(firmware.path ?? firmware.build.origin),
        digest: firmware.build.digest,
        stage,
        entries,
        flash: json,
      });
      await writeBytes(stateFile, Buffer.from(text));
      for (const name of there) {
        if (!isSha1(name) || !contents.has(name)) await rm(join(kept, name), { force: true });
      }
    },
    files: async () => {
      const names = (await readdir(files)).filter(isStoredName).sort();
      return await Promise.all(names.map(async (name) => ({ name, size: (await stat(join(files, name))).size })));
    },
    pathOf: (name) => {
      if (!isStoredName(name)) throw new Error(`no name of a file: ${name}`);
      return join(files, name);
    },
  };
}
