/** One start of the package on the module: from its first statement to wherever it ends. */
import type { RunStatus, ScriptPlace } from '../model/verification.js';
import type { ContentStore } from './content.js';
import { evaluateScript, StackOverflow } from './edify/evaluate.js';
import type { Expression } from './edify/syntax.js';
import { extractionFunctions } from './functions/extraction.js';
import { fileFunctions } from './functions/files.js';
import { mountingFunctions } from './functions/mounting.js';
import { patchingFunctions } from './functions/patching.js';
import { permissionFunctions } from './functions/permissions.js';
import { readingFunctions } from './functions/reading.js';
import { screenFunctions } from './functions/screen.js';
import { textFunctions } from './functions/text.js';
import {
  commit,
  type Effect,
  type Flash,
  type Machine,
  type OnEffect,
  type PartitionWrite,
  type Reached,
  TooMuchWork,
} from './machine.js';
import { type Module, powerOn } from './module.js';
import { deviceCodes, type Script } from './package.js';
import { mapGet } from './persistent-map.js';
import type { Profile } from './profile.js';
import type { ReadLog } from './reads.js';
import {
  DeviceCrashes,
  type DeviceFunction,
  DeviceHangs,
  NotSimulated,
  type PackageEntry,
  type Runtime,
  ScriptAbort,
  type Trouble,
  type Value,
} from './runtime.js';

const functions: ReadonlyMap<string, DeviceFunction> = new Map(
  Object.entries({
    ...textFunctions,
    ...screenFunctions,
    ...mountingFunctions,
    ...fileFunctions,
    ...permissionFunctions,
    ...patchingFunctions,
    ...readingFunctions,
    ...extractionFunctions,
  }),
);

/** A package that has passed the checks, and the module it is for. */
export interface Installation {
  readonly module: Module;
  readonly script: Script;
  readonly entries: ReadonlyMap<string, PackageEntry>;
  readonly store: ContentStore;
  readonly profile: Profile;
  readonly property: (name: string) => Promise<string | undefined>;
  readonly allowedPrograms: ReadonlySet<string>;
  /** Offsets of calls of getprop of which it is known what other values do: any other is told. Undefined before that is known. */
  readonly triedProperties?: ReadonlySet<number> | undefined;
  readonly signal: AbortSignal | undefined;
  /** Files and directories that one start may visit. */
  readonly mostVisits: number;
}

/** Thrown by an {@link OnEffect} to take the power away. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
  readonly flash: Flash;
  readonly effect: Effect;
  constructor(flash: Flash, effect: Effect) {
    super('the power is gone');
    this.flash = flash;
    this.effect = effect;
  }
}

/** What became of one start. */
export interface Attempt {
  readonly status: RunStatus | 'power-cut';
  readonly flash: Flash;
  readonly message: string | undefined;
  readonly code: number;
  /** Byte offset in the script of the statement at which it ended. */
  readonly at: number;
  readonly statements: number;
  readonly progress: readonly number[];
  readonly progressFault: string | undefined;
  readonly peak: ReadonlyMap<string, number>;
  readonly memoryPeak: number;
  /** What was taken for granted. */
  readonly notes: readonly string[];
  /** What the script asked for and the simulated device does not know. */
  readonly unknowns: readonly string[];
  /** Properties that it asked for and nobody has told, by the byte offset of the call. */
  readonly untold: ReadonlyMap<number, string>;
  /** What it did outside of what any target describes. */
  readonly reached: readonly Reached[];
  /** Partitions that it wrote. */
  readonly written: readonly PartitionWrite[];
}

/** What an observer is told. */
export interface Watch {
  readonly onEffect?: OnEffect | undefined;
  /** Lines of the trace. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly onStatement?: ((count: number) => void) | undefined;
  /** Arguments of calls, and what is compared. */
  readonly onArgument?: ((of: Expression, argument: Expression, value: Value) => void) | undefined;
  /** What is known of other starts of the same package; nothing where not given. */
  readonly reuse?: RunReuse | undefined;
}

/**
 * What is known of other starts of the same package. What it leaves out is left out of the count of statements, the percentages
 * and the peaks too.
 */
export interface RunReuse {
  /** Told of what statements read. */
  readonly reads: ReadLog;
  /** Says whether the statement has to run; may throw {@link KnownEnd}. */
  readonly before: (index: number, runtime: Runtime) => boolean;
  /** Told of each statement that ran to its end. */
  readonly after: (index: number, runtime: Runtime) => void;
}

/** Thrown by a {@link RunReuse} when all that is left is known: the run would succeed, and leave this. */
export class KnownEnd extends Error {
  override readonly name = 'KnownEnd';
  readonly flash: Flash;
  /** Partitions that it would write from here on. */
  readonly written: readonly PartitionWrite[];
  constructor(flash: Flash, written: readonly PartitionWrite[]) {
    super('the rest of the run is known');
    this.flash = flash;
    this.written = written;
  }
}

const codeOfTrouble: Readonly<Record<Trouble, number>> = {
  verification: deviceCodes.verification,
  space: deviceCodes.space,
  other: deviceCodes.exitedAbnormally,
};

/** Collects the percentages that the module reports while its bar moves. */
function progressMeter() {
  const percentages: number[] = [];
  let fault: string | undefined;
  let last = 0;
  return {
    percentages,
    fault: () => fault,
    report: (fraction: number): void => {
      // six decimals are printed: a last digit rounded up is no fault
      if (fraction > 1.00001) fault ??= `the progress passes 100: ${(fraction * 100).toFixed(2)}`;
      if (fraction < last - 0.00001) {
        fault ??= `the progress runs backwards: from ${(last * 100).toFixed(2)} to ${(fraction * 100).toFixed(2)}`;
      }
      last = fraction;
      const percent = Math.max(0, Math.min(100, Math.floor(fraction * 100 + 0.001)));
      if (percentages.at(-1) !== percent) percentages.push(percent);
    },
  };
}

function shownValue(value: Value): string {
  if (typeof value !== 'string') return value.bytes === undefined ? 'no bytes' : `${value.bytes.size} bytes`;
  return `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
}

/** The place of a byte offset in the script. */
export function placeOf(script: string, offset: number): ScriptPlace {
  const before = script.slice(0, offset);
  const newline = before.lastIndexOf('\n');
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { line, column: offset - newline };
}

function ending(
  error: unknown,
  machine: Machine,
  runtime: Runtime,
): Pick<Attempt, 'status' | 'flash' | 'message' | 'code'> {
  const { flash } = machine.unnoted;
  if (error instanceof KnownEnd) {
    machine.written.push(...error.written);
    return { status: 'succeeded', flash: error.flash, message: undefined, code: deviceCodes.succeeded };
  }
  if (error instanceof PowerCut) return { status: 'power-cut', flash: error.flash, message: undefined, code: -1 };
  if (error instanceof ScriptAbort) {
    const { trouble } = runtime;
    const why = trouble === undefined || error.message.includes(trouble.message) ? '' : ` (${trouble.message})`;
    const kind = error.trouble === 'other' ? (trouble?.kind ?? 'other') : error.trouble;
    return { status: 'aborted', flash, message: `${error.message}${why}`, code: codeOfTrouble[kind] };
  }
  const code = deviceCodes.exitedAbnormally;
  if (error instanceof DeviceCrashes) return { status: 'crashed', flash, message: error.message, code };
  if (error instanceof NotSimulated) return { status: 'not-simulated', flash, message: error.message, code };
  if (error instanceof DeviceHangs) return { status: 'hung', flash, message: error.message, code };
  if (error instanceof StackOverflow) return { status: 'aborted', flash, message: error.message, code };
  if (error instanceof TooMuchWork) return { status: 'stopped', flash, message: error.message, code };
  throw error;
}

/** The recovery makes /cache anew when the script has asked for it and run to its end. */
function wipeCache(machine: Machine, { flash }: Module): void {
  const bare = mapGet(flash.volumes, '/cache');
  if (bare !== undefined) commit(machine, '/cache', bare, 'write', '/cache');
}

/** Starts the package on the module with that flash. Effects are told to the watch, which may cut the power. */
export async function startPackage(installation: Installation, flash: Flash, watch: Watch = {}): Promise<Attempt> {
  const { module, script, signal } = installation;
  const { reuse } = watch;
  const machine = powerOn(module, flash, watch.onEffect ?? (() => {}), installation.mostVisits, reuse?.reads);
  const meter = progressMeter();
  const notes = new Set<string>();
  const print = watch.onLine ?? (() => {});
  const runtime: Runtime = {
    machine,
    store: installation.store,
    profile: installation.profile,
    entries: installation.entries,
    table: module.table,
    property: installation.property,
    allowedPrograms: installation.allowedPrograms,
    unknowns: new Set(),
    untold: new Map(),
    triedProperties: installation.triedProperties,
    eraseBlock: module.eraseBlock,
    print: (line) => print(`        ${line}`),
    note: (text) => notes.add(text),
    progress: { start: 0, width: 0, fills: false, report: meter.report },
    wipesCache: false,
    trouble: undefined,
  };
  let statements = 0;
  let lastLine = 0;
  let lastOffset = 0;
  const lineOf = (offset: number): number => {
    // statements come in order: count on from the last one
    if (offset < lastOffset) [lastLine, lastOffset] = [0, 0];
    for (let at = script.text.indexOf('\n', lastOffset); at >= 0 && at < offset; ) {
      lastLine++;
      lastOffset = at + 1;
      at = script.text.indexOf('\n', lastOffset);
    }
    return lastLine + 1;
  };
  const before = (statement: Expression, index: number): boolean => {
    machine.statement = statement.span.start;
    runtime.trouble = undefined;
    if (reuse?.before(index, runtime) === false) return false;
    statements++;
    if (watch.onLine !== undefined) {
      const text = script.text.slice(statement.span.start, Math.min(statement.span.end, statement.span.start + 200));
      watch.onLine(`${String(lineOf(statement.span.start)).padStart(6)}: ${text.replace(/\s*\n\s*/g, ' ')}`);
    }
    if (statements % 64 === 0) signal?.throwIfAborted();
    watch.onStatement?.(statements);
    return true;
  };
  const after = (_: Expression, value: Value, index: number): void => {
    reuse?.after(index, runtime);
    if (watch.onLine !== undefined) watch.onLine(`        = ${shownValue(value)}`);
  };
  let end: Pick<Attempt, 'status' | 'flash' | 'message' | 'code'>;
  try {
    await evaluateScript(script.root, script.text, functions, runtime, { before, after, argument: watch.onArgument });
    const { fills, start, width } = runtime.progress;
    if (fills) meter.report(start + width);
    if (runtime.wipesCache) wipeCache(machine, module);
    end = { status: 'succeeded', flash: machine.unnoted.flash, message: undefined, code: deviceCodes.succeeded };
  } catch (error) {
    end = ending(error, machine, runtime);
  }
  return {
    ...end,
    at: machine.statement,
    statements,
    progress: meter.percentages,
    progressFault: meter.fault(),
    peak: machine.peak,
    memoryPeak: machine.peakMemory,
    notes: [...notes],
    unknowns: [...runtime.unknowns],
    untold: runtime.untold,
    reached: [...machine.reached.values()],
    written: machine.written,
  };
}
