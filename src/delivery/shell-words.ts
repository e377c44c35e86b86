/** Lines for a module's shell, and what they answer. */
import { longestShellLineBytes } from '../model/limits/module.js';

/** A word that the shell takes as it is, whatever it holds. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The modules' own AT ports, in the order in which they are tried. */
export const atPorts = ['/dev/smd7', '/dev/smd11'] as const;

/** Which AT ports there are, and who holds each. */
export function holdersLine(ports: readonly string[]): string {
  const each = [
    '[ -e "$p" ] || continue',
    'echo "port $p"',
    'for i in $(fuser "$p" 2>/dev/null); do echo "held $i $(tr \'\\0\' \' \' < /proc/$i/cmdline 2>/dev/null)"; done',
  ].join('; ');
  return `command -v fuser >/dev/null || echo no-fuser; for p in ${ports.map(quoted).join(' ')}; do ${each}; done`;
}

/** An AT port on the module. */
export interface SeenPort {
  readonly path: string;
  /** Who holds it: `514 /usr/bin/port_bridge smd7`. */
  readonly heldBy: readonly string[];
}

/** What the line of {@link holdersLine} answered; `undefined` for the holders where the module cannot tell. */
export function portsIn(text: string): { readonly ports: readonly SeenPort[]; readonly tells: boolean } {
  const ports: { path: string; heldBy: string[] }[] = [];
  for (const line of text.split('\n')) {
    const [, path] = /^port (\S+)$/.exec(line) ?? [];
    if (path !== undefined) ports.push({ path, heldBy: [] });
    const [, holder] = /^held (\d+ .*)$/.exec(line) ?? [];
    if (holder !== undefined) ports.at(-1)?.heldBy.push(holder.replace(/[^ -~]/g, '?').trim());
  }
  return { ports, tells: !/^no-fuser$/m.test(text) };
}

/** Where the version file is: a running module has its root file system at `/`, a recovery at `/system`. */
export function versionLine(versionFile: string): string {
  const inRoot = versionFile.replace(/^\/system/, '');
  const one = `if [ -f "$r"${quoted(inRoot)} ]; then echo "root:$r"; cat "$r"${quoted(inRoot)}; break; fi`;
  return `for r in /system ''; do ${one}; done`;
}

/** The root, product and revision that the line of {@link versionLine} answered. */
export function versionFileIn(
  text: string,
): { readonly root: string; readonly product: string | undefined; readonly version: string | undefined } | undefined {
  const root = /^root:(.*)$/m.exec(text)?.[1];
  if (root === undefined) return undefined;
  const field = (label: RegExp): string | undefined => label.exec(text)?.[1]?.trim();
  return {
    root,
    product: field(/^[ \t]*Project[ \t]+Name[ \t]*:(.*)$/im),
    version: field(/^[ \t]*Project[ \t]+Rev[ \t]*:(.*)$/im),
  };
}

/** Free bytes that `df -Pk` tells; `undefined` where it does not. */
export function freeIn(text: string): number | undefined {
  const kilobytes = /\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s+\S+\s*$/.exec(text)?.[2];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** One digest a line, in the order of the paths; `-` for what cannot be read. Names of files never come back. */
export function digestsLine(root: string, paths: readonly string[]): string {
  const words = paths.map((path) => quoted(root + path.replace(/^\/system/, '')));
  return `for f in ${words.join(' ')}; do { sha1sum < "$f"; } 2>/dev/null || echo -; done`;
}

/** The digests that {@link digestsLine} answered; `undefined` where it is not as many as were asked for. */
export function digestsIn(text: string, count: number): readonly (string | undefined)[] | undefined {
  const lines = text.trim().split('\n');
  if (lines.length !== count) return undefined;
  return lines.map((line) => /^([0-9a-f]{40})\b/.exec(line)?.[1]);
}

/** Paths in groups that each make a line of {@link digestsLine}. */
export function groupsOf(paths: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let length = longestShellLineBytes;
  for (const path of paths) {
    const added = Buffer.byteLength(quoted(path)) + 1;
    if (length + added > longestShellLineBytes) {
      groups.push([]);
      length = 0;
    }
    groups.at(-1)?.push(path);
    length += added;
  }
  return groups;
}
