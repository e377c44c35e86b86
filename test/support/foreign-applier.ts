/**
 * Applies a package to a real folder with foreign tools: unzip, bspatch, the file system. It understands the scripts that
 * dfota writes with regular expressions alone, and shares no code with dfota, so that neither the simulator nor
 * the decoders can hide a mistake.
 */
import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the device is: `system`, `cache` and `partitions` below `root`; `scratch` is for the tools. */
export interface ForeignDevice {
  readonly root: string;
  readonly scratch: string;
  /** Applies what bspatch does not know: IMGDIFF2. Without it such a patch throws. */
  readonly imgdiff?: (patch: Buffer, source: Buffer) => Uint8Array;
}

/** What was done, for tests that want to know that anything was. */
export interface ForeignRun {
  /** Calls of bspatch. */
  readonly patched: number;
}

const canOwn = process.getuid?.() === 0;
const sha1 = (data: Uint8Array): string => createHash('sha1').update(data).digest('hex');

function unquote(text: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '"': '"', '\\': '\\' };
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (escapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function strings(text: string): string[] {
  return [...text.matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, inside = '']) => unquote(inside));
}

/** Applies the package at `zip`; throws where the device would have aborted. */
export function applyForeign(zip: string, { root, scratch, imgdiff }: ForeignDevice): ForeignRun {
  const unpacked = join(scratch, 'unpacked');
  execFileSync('unzip', ['-q', zip, '-d', unpacked]);
  const script = readFileSync(join(unpacked, 'META-INF/com/google/android/updater-script'), 'latin1');
  const at = (path: string): Buffer => Buffer.concat([Buffer.from(root), Buffer.from(path, 'latin1')]);
  const entry = (name: string): Buffer => readFileSync(join(unpacked, name));
  const isThere = (path: string): boolean => {
    try {
      return lstatSync(at(path), { throwIfNoEntry: false }) !== undefined;
    } catch {
      return false; // below a file
    }
  };
  let patched = 0;

  /** A file's bytes, or the prefix of a partition that has one of its hashes; empty where there is none. */
  const load = (name: string): Buffer => {
    const [type, partition, ...pairs] = name.split(':');
    if (type !== 'MTD' || partition === undefined) return isThere(name) ? readFileSync(at(name)) : Buffer.alloc(0);
    const all = readFileSync(at(`/partitions/${partition}`));
    for (let pair = 0; pair + 1 < pairs.length; pair += 2) {
      const prefix = all.subarray(0, Number(pairs[pair]));
      if (sha1(prefix) === pairs[pair + 1]) return prefix;
    }
    return Buffer.alloc(0);
  };
  const store = (name: string, source: string, data: Buffer): void => {
    if (name.startsWith('MTD:')) {
      writeFileSync(at(`/partitions/${name.split(':')[1]}`), data);
      return;
    }
    const temporary = at(`${name}.patch`);
    writeFileSync(temporary, data);
    if (!source.startsWith('MTD:')) chmodSync(temporary, lstatSync(at(source)).mode & 0o777);
    renameSync(temporary, at(name));
  };
  const bspatch = (from: Buffer, patch: Buffer): Buffer => {
    const [a, b, p] = [join(scratch, 'a'), join(scratch, 'b'), join(scratch, 'p')];
    writeFileSync(a, from);
    writeFileSync(p, patch);
    execFileSync('bspatch', [a, b, p]);
    return readFileSync(b);
  };
  const applyPatch = (source: string, target: string, hash: string, size: number, pairs: string): void => {
    const name = target === '-' ? source : target;
    if (sha1(load(name)) === hash) return;
    const from = load(source);
    for (const [, base, patch = ''] of pairs.matchAll(/(\w{40}), package_extract_file\("([^"]*)"\)/g)) {
      if (sha1(from) !== base) continue;
      const bytes = entry(patch);
      const foreign = bytes.toString('latin1', 0, 8) === 'BSDIFF40' || imgdiff === undefined;
      const made = foreign ? bspatch(from, bytes) : Buffer.from(imgdiff(bytes, from));
      if (made.length !== size || sha1(made) !== hash) throw new Error(`the patch makes another ${name}`);
      if (foreign) patched += 1;
      store(name, source, made);
      return;
    }
    throw new Error(`${source} has none of the hashes that patch it to ${name}`);
  };
  const extractTree = (folder: string, destination: string): void => {
    for (const { name, parentPath } of readdirSync(join(unpacked, folder), { recursive: true, withFileTypes: true })) {
      const from = join(parentPath, name);
      if (!lstatSync(from).isFile()) continue;
      const to = `${destination}/${from.slice(join(unpacked, folder).length + 1)}`;
      mkdirSync(at(dirname(to)), { recursive: true });
      copyFileSync(from, at(to));
    }
  };
  const everything = (path: string): string[] => {
    if (!lstatSync(at(path)).isDirectory()) return [path];
    return [path, ...readdirSync(at(path), 'latin1').flatMap((name) => everything(`${path}/${name}`))];
  };
  const own = (path: string, uid: string, gid: string, mode: string): void => {
    if (canOwn) lchownSync(at(path), Number(uid), Number(gid));
    chmodSync(at(path), Number.parseInt(mode, 8));
  };

  const statement = (text: string): void => {
    const calls = [
      ...text.matchAll(
        /apply_patch\(\s*"([^"]*)",\s*"([^"]*)",\s*(\w{40}),\s*(\d+),\s*((?:\w{40}, package_extract_file\("[^"]*"\),?\s*)+)\)/g,
      ),
    ];
    for (const [, source = '', target = '', hash = '', size, pairs = ''] of calls)
      applyPatch(unquote(source), unquote(target), hash, Number(size), pairs);
    if (calls.length > 0) return;
    const [, name, inside = ''] = /^(?:assert\()?(\w+)\(([\s\S]*)\);/.exec(text) ?? [];
    const words = strings(inside);
    const [first = '', second] = words;
    switch (name) {
      case 'delete':
        for (const path of words) if (isThere(path) && !lstatSync(at(path)).isDirectory()) unlinkSync(at(path));
        break;
      case 'delete_recursive':
        for (const path of words) if (isThere(path)) rmSync(at(path).toString('utf8'), { recursive: true });
        break;
      case 'symlink':
        for (const path of words.slice(1)) {
          if (isThere(path)) unlinkSync(at(path));
          symlinkSync(Buffer.from(first, 'latin1'), at(path));
        }
        break;
      case 'package_extract_dir':
        extractTree(first, second ?? '');
        break;
      case 'package_extract_file':
        writeFileSync(at(second ?? ''), entry(first));
        break;
      case 'write_raw_image':
        writeFileSync(at(`/partitions/${second}`), entry(first));
        break;
      case 'set_perm': {
        const [uid = '', gid = '', mode = ''] = inside.split(/,\s*/);
        for (const path of words) own(path, uid, gid, mode);
        break;
      }
      case 'set_perm_recursive': {
        const [uid = '', gid = '', directoryMode = '', fileMode = ''] = inside.split(/,\s*/);
        for (const path of words.flatMap(everything)) {
          const stats = lstatSync(at(path));
          if (!stats.isSymbolicLink()) own(path, uid, gid, stats.isDirectory() ? directoryMode : fileMode);
        }
        break;
      }
      case 'mount':
      case 'unmount':
      case 'ui_print':
      case 'show_progress':
      case 'set_progress':
      case 'apply_patch_check':
      case 'apply_patch_space':
        break;
      default:
        throw new Error(`what is ${text}`);
    }
  };
  if (!existsSync(join(root, 'cache'))) mkdirSync(join(root, 'cache'));
  const body = script.replace(/^#.*\n/gm, '');
  for (const text of body.split(/;\n/)) if (text.trim() !== '') statement(`${text.trim()};`);
  return { patched };
}
