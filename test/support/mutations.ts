/** Finished packages, spoiled in one place each: what a mistake in planning, script writing or packaging would make. */
import { Buffer } from 'node:buffer';
import { parseEdify } from '../../src/device/edify/parse.js';
import type { Expression } from '../../src/device/edify/syntax.js';
import { openPackage } from '../../src/device/zip-reader.js';
import type { Verification } from '../../src/model/verification.js';
import { buildZip } from './zip-builder.js';

/** A package taken apart. */
export interface LoosePackage {
  /** One unit a byte. */
  readonly script: string;
  /** Every other entry. */
  readonly entries: ReadonlyMap<string, Buffer>;
}

/** A package with one mistake in it. */
export interface Mutation {
  readonly name: string;
  readonly package: LoosePackage;
}

const scriptName = 'META-INF/com/google/android/updater-script';

/** Takes a finished package apart. */
export async function takeApart(path: string): Promise<LoosePackage> {
  const reader = await openPackage(path);
  try {
    const entries = new Map<string, Buffer>();
    for (const name of reader.rows.keys()) entries.set(name, Buffer.from(await reader.read(name)));
    const script = entries.get(scriptName)?.toString('latin1');
    if (script === undefined) throw new Error('no script');
    entries.delete(scriptName);
    return { script, entries };
  } finally {
    await reader.close();
  }
}

/** The bytes of a package; checksums are right whatever was spoiled. */
export function putTogether({ script, entries }: LoosePackage): Buffer {
  const all = [...entries, [scriptName, Buffer.from(script, 'latin1')] as const];
  return buildZip(all.map(([name, data]) => ({ name, data, mode: 0o100644 })));
}

interface Statement {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The function at its heart: guards (`f(…) || abort(…)`, `assert(f(…))`) are looked through. */
  readonly call: Extract<Expression, { kind: 'call' }> | undefined;
}

function heart(expression: Expression | undefined): Statement['call'] {
  if (expression?.kind === 'chain') return heart(expression.items[0]);
  if (expression?.kind !== 'call') return undefined;
  return expression.name === 'assert' ? heart(expression.args[0]) : expression;
}

function statementsOf(script: string): readonly Statement[] {
  const root = parseEdify(script, () => true);
  const items = root.kind === 'chain' && root.operator === ';' ? root.items : [root];
  return items.map((item) => {
    const end = script.indexOf(';', item.span.end) + 1;
    return { text: script.slice(item.span.start, end), start: item.span.start, end, call: heart(item) };
  });
}

/** Statements that change or check something on the device. */
const weighty = new Set([
  'mount',
  'apply_patch',
  'apply_patch_check',
  'delete',
  'delete_recursive',
  'package_extract_dir',
  'package_extract_file',
  'symlink',
  'set_perm',
  'set_perm_recursive',
  'set_metadata',
  'set_metadata_recursive',
  'write_raw_image',
]);

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 90 ? `${line.slice(0, 90)}…` : line;
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x01;
  return copy;
}

/** Every one-place mistake of the known kinds that the package can have, in a fixed order. */
export function mutationsOf(original: LoosePackage): readonly Mutation[] {
  const { script, entries } = original;
  const mutations: Mutation[] = [];
  const withScript = (name: string, text: string): void => {
    if (text !== script) mutations.push({ name, package: { script: text, entries } });
  };
  const withEntry = (name: string, entry: string, data: Buffer | undefined): void => {
    const changed = new Map(entries);
    if (data === undefined) changed.delete(entry);
    else changed.set(entry, data);
    mutations.push({ name, package: { script, entries: changed } });
  };
  const replaced = ({ start, end }: { start: number; end: number }, text: string): string =>
    script.slice(0, start) + text + script.slice(end);

  const statements = statementsOf(script);
  const mounted = statements.find(({ call }) => call?.name === 'mount');
  const last = statements.at(-1);
  for (const statement of writesOutside(entries)) {
    // right after the mount, where all that follows could put it right, and at the end
    for (const [where, at] of [
      ['early', mounted?.end],
      ['late', last?.start],
    ] as const) {
      if (at === undefined) continue;
      withScript(`outside, ${where}: ${short(statement)}`, `${script.slice(0, at)}\n${statement}\n${script.slice(at)}`);
    }
  }
  for (const [name, data] of entries) {
    if (!/^(patch|system|firmware-update)\//.test(name) || data.length === 0) continue;
    withEntry(`flipped byte in the middle of ${name}`, name, flipped(data, Math.floor(data.length / 2)));
    if (name.startsWith('patch/')) {
      withEntry(`flipped last byte of ${name}`, name, flipped(data, data.length - 1));
      withEntry(`${name} cut short`, name, data.subarray(0, data.length - 7));
    }
    withEntry(`${name} left out`, name, undefined);
  }
  for (const statement of statements) {
    const { call, text } = statement;
    if (call === undefined || !weighty.has(call.name)) continue;
    withScript(`dropped: ${short(text)}`, replaced(statement, ''));
    const hashes = [...text.matchAll(/\b[0-9a-f]{40}\b/g)];
    const [first, second] = [hashes[0]?.[0], hashes.find(([hash]) => hash !== hashes[0]?.[0])?.[0]];
    if (call.name === 'apply_patch' && first !== undefined && second !== undefined) {
      const swapped = text.replaceAll(first, '*').replaceAll(second, first).replaceAll('*', second);
      withScript(`hashes swapped: ${short(text)}`, replaced(statement, swapped));
    }
    if (call.name.startsWith('set_')) {
      withScript(`wrong mode: ${short(text)}`, replaced(statement, text.replace(/\b0([0-7]{3,4})\b/, wrongMode)));
      const early = statements.find(({ call: other }) => other?.name === 'mount');
      if (early !== undefined) {
        const without = replaced(statement, '');
        withScript(`too early: ${short(text)}`, `${without.slice(0, early.end)}\n${text}${without.slice(early.end)}`);
      }
    }
    if (call.name === 'symlink' || call.name === 'delete') {
      for (const argument of call.args.slice(call.name === 'symlink' ? 1 : 0)) {
        if (call.args.length < (call.name === 'symlink' ? 3 : 2)) continue;
        const { start, end } = argument.span;
        const before = script.slice(0, start).replace(/,\s*$/, '');
        const text =
          before.length < start
            ? before + script.slice(end)
            : script.slice(0, start) + script.slice(end).replace(/^,\s*/, '');
        // the first argument has no comma before it
        const fixed = /\(\s*$/.test(script.slice(0, start))
          ? script.slice(0, start) + script.slice(end).replace(/^\s*,\s*/, '')
          : text;
        withScript(`${call.name} without ${script.slice(start, end)}`, fixed);
      }
    }
  }
  return mutations;
}

/** Statements that write outside of what any target describes: partitions, devices, other mounts, programs, other folders. */
function writesOutside(entries: ReadonlyMap<string, Buffer>): readonly string[] {
  const name = [...entries.keys()].find((each) => each.startsWith('patch/')) ?? '';
  const blob = `package_extract_file("${name}")`;
  return [
    ...['boot', 'recovery', 'sbl', 'system', 'userdata', 'cache'].map(
      (partition) => `write_raw_image(${blob}, "${partition}");`,
    ),
    ...[
      '/dev/mtd/mtd0',
      '/dev/block/mmcblk0p1',
      'dev/mtd0',
      '/sys/power/state',
      '/proc/sysrq-trigger',
      '/etc/fstab',
    ].map((path) => `package_extract_file("${name}", "${path}");`),
    `symlink("/dev/mtd/mtd0", "/tmp/l"); package_extract_file("${name}", "/tmp/l");`,
    'mount("ubifs", "UBI", "userdata", "/data");',
    'mount("ubifs", "UBI", "userdata", "/data"); delete_recursive("/data"); unmount("/data");',
    'mount("vfat", "EMMC", "/dev/block/mmcblk0p1", "/sdcard");',
    'mount("ubifs", "UBI", "userdata", "/cache");',
    'package_extract_dir("patch", "/data");',
    'package_extract_dir("patch", "/");',
    'delete_recursive("/");',
    'delete("/dev/mtd/mtd0");',
    'symlink("/tmp", "/etc/l");',
    'set_perm(0, 0, 0777, "/dev/block");',
    'set_perm_recursive(0, 0, 0777, 0777, "/");',
    'run_program("/bin/sh", "-c", "true");',
    `package_extract_file("${name}", "/tmp/tool"); run_program("/tmp/tool"); delete("/tmp/tool");`,
    'format("ext4", "EMMC", "/dev/block/mmcblk0p1", "0", "/data");',
    'apply_patch_check("/sbin/none") && delete("/system/none");',
    'getprop("ro.none") == "x" && write_raw_image(package_extract_file("x"), "sbl");',
  ];
}

function wrongMode(_: string, digits: string): string {
  return `0${digits.slice(0, -1)}${digits.endsWith('5') ? '4' : '5'}`;
}

/** Which check caught the mistake; `undefined`: none. */
export function caughtBy(verification: Verification): string | undefined {
  const { status, deviceCode, message = '', differences, powerCuts } = verification;
  if (verification.proved) return undefined;
  if (status !== 'succeeded') return `${status} (${deviceCode}): ${short(message)}`;
  const [reach] = verification.outside;
  if (reach !== undefined) return `outside: ${short(reach.message)}`;
  const [difference] = differences;
  if (difference !== undefined) return `comparison: ${difference.what} of ${difference.path}`;
  const [failure] = powerCuts?.failures ?? [];
  if (failure === undefined) return 'something unknown';
  const why = failure.message ?? `${failure.differences[0]?.what} of ${failure.differences[0]?.path}`;
  return `power cut ${failure.effect}: ${short(why)}`;
}
