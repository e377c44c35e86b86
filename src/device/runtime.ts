import type { Whole } from './blob.js';
import type { ContentStore, EntryContent } from './content.js';
import type { Expression } from './edify/syntax.js';
import type { Attributes } from './file-system.js';
import type { Machine } from './machine.js';
import type { Profile } from './profile.js';

/** What an expression gives: text, or bytes (none when they could not be had). False is the empty text. */
export type Value = string | { readonly bytes: Whole | undefined };

/** True, as the functions say it. */
export const yes = 't';
/** False. */
export const no = '';

/** What went wrong last: decides the code with which the module reports a script that aborted. */
export type Trouble = 'verification' | 'space' | 'other';

/** The script ended itself, or was ended by a function: the updater's status 7. */
export class ScriptAbort extends Error {
  override readonly name = 'ScriptAbort';
  readonly trouble: Trouble;
  constructor(message: string, trouble: Trouble = 'other') {
    super(message);
    this.trouble = trouble;
  }
}

/** The updater never ends: a truncated patch sends the device's decompressor round for ever. */
export class DeviceHangs extends Error {
  override readonly name = 'DeviceHangs';
}

/** The updater ends with a signal: it reads memory that is not its own, or none. */
export class DeviceCrashes extends Error {
  override readonly name = 'DeviceCrashes';
}

/** The script calls what the module knows and the simulated device cannot run: nothing is known from here on. */
export class NotSimulated extends Error {
  override readonly name = 'NotSimulated';
}

/** The recovery's mount table, from the build's fstab. */
export interface MountRow {
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly type: string;
  readonly device: string;
}

/** An entry of the package: bytes that are known to be sound. */
export interface PackageEntry extends EntryContent {
  readonly name: string;
  readonly link: boolean;
}

/** Everything that a function of the updater can reach. */
export interface Runtime {
  readonly machine: Machine;
  readonly store: ContentStore;
  readonly profile: Profile;
  /** In the order of the central directory. */
  readonly entries: ReadonlyMap<string, PackageEntry>;
  readonly table: readonly MountRow[];
  /** The value of a property; `undefined` where it is not known. */
  readonly property: (name: string) => Promise<string | undefined>;
  /** Programs that are taken to work and to change nothing. */
  readonly allowedPrograms: ReadonlySet<string>;
  /** What the script asked for and the simulated device does not know, for people. */
  readonly unknowns: Set<string>;
  /** Properties that it asked for and nobody has told, by the byte offset of the call. */
  readonly untold: Map<number, string>;
  /** Offsets of such calls of which it is known what other values do; undefined where that is still to be found out. */
  readonly triedProperties: ReadonlySet<number> | undefined;
  /** Bytes of an erase block of MTD partitions. */
  readonly eraseBlock: number;
  /** What the updater prints, for the log and the trace. */
  readonly print: (line: string) => void;
  /** Tells of something that is taken for granted. */
  readonly note: (text: string) => void;
  /** Portions of the bar: where the present one starts, how wide it is, whether it fills by itself as time goes by. */
  readonly progress: { start: number; width: number; fills: boolean; readonly report: (fraction: number) => void };
  /** Whether the recovery wipes /cache when the script has run to its end. */
  wipesCache: boolean;
  /** Why the last function that failed did so. */
  trouble: { readonly kind: Trouble; readonly message: string } | undefined;
}

/** One call of a function: its arguments are evaluated when it asks for them. */
export interface Call {
  readonly name: string;
  /** Byte offset of the call in the script. */
  readonly at: number;
  readonly args: readonly Expression[];
  readonly value: (argument: Expression) => Promise<Value>;
  /** As {@link value}, for arguments that must be text: bytes abort the script. */
  readonly text: (argument: Expression) => Promise<string>;
  /** All arguments, as text. */
  readonly texts: () => Promise<readonly string[]>;
  /** The script's text of an expression, for messages. */
  readonly source: (argument: Expression) => string;
}

/** A function of the updater. It fails by giving "" or by throwing {@link ScriptAbort}. */
export type DeviceFunction = (runtime: Runtime, call: Call) => Promise<Value>;

/** Says why a function is about to give "", and gives it. */
export function failed(runtime: Runtime, message: string, kind: Trouble = 'other'): string {
  runtime.trouble = { kind, message };
  runtime.print(message);
  return no;
}

/** The mode of something that is created under the profile's umask. */
export function createdMode(profile: Profile, mode: number): Attributes['mode'] {
  return profile.umask === 'unknown' ? 'unset' : mode & ~profile.umask;
}

/** A whole decimal number as C's strtol reads it; `undefined` where the device says it cannot parse it. */
export function parseInteger(text: string): number | undefined {
  return /^[ \t-\r]*[+-]?[0-9]+$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** A count of bytes, without a sign; `undefined` where the device says it cannot parse it. The older ones stop where the digits end. */
export function parseByteCount(text: string, { wholeCounts, strict }: Profile): number | undefined {
  if (wholeCounts && !strict && /^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  const digits = (wholeCounts ? /^[0-9]+$/ : /^[ \t-\r]*\+?[0-9]+/).exec(text)?.[0];
  return digits === undefined ? undefined : Number.parseInt(digits, 10);
}

/** Notes what the updater holds in memory for one call. */
export function needMemory(runtime: Runtime, bytes: number): void {
  runtime.machine.peakMemory = Math.max(runtime.machine.peakMemory, bytes);
}
