/** The file systems of the device, as one tree of absolute paths: each change is whole, as LittleFS makes it, and the power may go after any. */

/** A refusal of the file system: an OSError on the device. */
export class FlashError extends Error {}

/** What programs on the device do with files. Methods throw FlashError where the device raises OSError. */
export interface Flash {
  readonly exists: (path: string) => boolean;
  readonly read: (path: string) => Uint8Array;
  readonly write: (path: string, bytes: Uint8Array) => void;
  readonly remove: (path: string) => void;
  readonly makeFolder: (path: string) => void;
  readonly list: (path: string) => readonly string[];
  /** What is there now: files with bytes, folders without. */
  readonly state: () => FlashState;
}

/** Files with their bytes, folders with `undefined`, by absolute path. */
export type FlashState = ReadonlyMap<string, Uint8Array | undefined>;

/** One spelling of a path: the file system passes over slashes that are there twice. */
export function plainPath(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '')
    .join('/')}`;
}

/** A flash with this content; `changed` is told after each change. */
export function flashOf(content: FlashState, changed: (state: FlashState) => void = () => {}): Flash {
  const nodes = new Map(content);
  const node = (path: string) => ({
    path: plainPath(path),
    there: nodes.has(plainPath(path)),
    value: nodes.get(plainPath(path)),
  });
  const parent = (path: string): string => plainPath(path.slice(0, path.lastIndexOf('/')));
  const isFolder = (path: string): boolean => path === '/' || (nodes.has(path) && nodes.get(path) === undefined);
  const list = (path: string): readonly string[] => {
    const at = plainPath(path);
    if (!isFolder(at)) throw new FlashError(`ENOTDIR ${at}`);
    const below = at === '/' ? '/' : `${at}/`;
    return [...nodes.keys()]
      .filter((name) => name.startsWith(below) && !name.slice(below.length).includes('/'))
      .map((name) => name.slice(below.length));
  };
  return {
    exists: (path) => plainPath(path) === '/' || node(path).there,
    read: (path) => {
      const { value } = node(path);
      if (value === undefined) throw new FlashError(`ENOENT ${path}`);
      return value;
    },
    write: (path, bytes) => {
      const { path: at } = node(path);
      if (isFolder(at)) throw new FlashError(`EISDIR ${at}`);
      if (!isFolder(parent(at))) throw new FlashError(`ENOENT ${parent(at)}`);
      nodes.set(at, bytes);
      changed(nodes);
    },
    remove: (path) => {
      const { path: at, there } = node(path);
      if (!there) throw new FlashError(`ENOENT ${at}`);
      if (isFolder(at) && list(at).length > 0) throw new FlashError(`ENOTEMPTY ${at}`);
      nodes.delete(at);
      changed(nodes);
    },
    makeFolder: (path) => {
      const { path: at, there } = node(path);
      if (there) throw new FlashError(`EEXIST ${at}`);
      if (!isFolder(parent(at))) throw new FlashError(`ENOENT ${parent(at)}`);
      nodes.set(at, undefined);
      changed(nodes);
    },
    list,
    state: () => nodes,
  };
}

/** `mkdirs` of the device: what is missing of a path is made. */
export function makeFolders(flash: Flash, path: string): void {
  let at = '';
  for (const part of plainPath(path).split('/').slice(1)) {
    at += `/${part}`;
    if (part !== '' && !flash.exists(at)) flash.makeFolder(at);
  }
}

/** The folder of a path. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
