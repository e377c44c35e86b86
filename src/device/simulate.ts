/** A finished package on a simulated module: checks, run, comparison, power cuts, in this order. */

import { asInputError } from '../files/system-error.js';
import { mostTraceLines, mostVisits } from '../model/limits/device.js';
import { compareBytes, displayName } from '../model/path.js';
import type { RunStatus, ScriptPlace, Verification } from '../model/verification.js';
import { type Hanging, hangsOn } from './alternatives.js';
import { compareWith } from './compare.js';
import { openContentStore } from './content.js';
import { EdifySyntaxError } from './edify/syntax.js';
import { inodeOf, rootInode } from './file-system.js';
import { judgeOf, standardOf } from './judge.js';
import type { Flash } from './machine.js';
import { type Module, makeModule } from './module.js';
import { outsideOf } from './outside.js';
import {
  checkVersion,
  codeOfUnreadable,
  deviceCodes,
  PackageRefused,
  readScript,
  type Script,
  testEntries,
} from './package.js';
import { mapEntries, mapGet } from './persistent-map.js';
import { type CutPoints, isInWrite, recorderFor } from './power-cuts.js';
import { profileOf } from './profile.js';
import type { KnownRun } from './reuse/known-run.js';
import { makeReuse, type Reuse } from './reuse/reuse.js';
import { type Attempt, type Installation, placeOf, startPackage } from './run.js';
import { NotSimulated, type PackageEntry } from './runtime.js';
import { moduleOptions, type SimulateOptions } from './simulate-options.js';
import { knownBeforeTheRun, sweep } from './threads/sweep.js';
import { openPackage, type PackageReader, UnreadablePackage } from './zip-reader.js';

interface Failure {
  readonly status: RunStatus;
  readonly deviceCode: number;
  readonly message: string;
  readonly place?: ScriptPlace | undefined;
}

function failureOf(error: unknown): Failure {
  if (error instanceof UnreadablePackage) {
    return { status: 'refused', deviceCode: codeOfUnreadable(error), message: error.message };
  }
  if (error instanceof PackageRefused) return { status: 'refused', deviceCode: error.code, message: error.message };
  if (error instanceof EdifySyntaxError) {
    const place = { line: error.line, column: error.column };
    return { status: 'parse-error', deviceCode: deviceCodes.exitedAbnormally, message: error.message, place };
  }
  if (error instanceof NotSimulated) {
    return { status: 'not-simulated', deviceCode: deviceCodes.exitedAbnormally, message: error.message };
  }
  throw error;
}

/** What is told of a package that the module does not start. */
function notStarted(options: SimulateOptions, module: Module, packageBytes: number, failure: Failure): Verification {
  const used = (point: string) => {
    const fs = mapGet(module.flash.volumes, point);
    return { peak: fs?.used ?? 0, capacity: fs?.capacity ?? 0 };
  };
  return {
    packageOrigin: options.packagePath,
    packageBytes,
    profile: options.profile,
    permissions: 'none',
    verdict: 'not-proved',
    proved: false,
    ...failure,
    comparedWith: 'nothing',
    compared: 0,
    differenceCount: 0,
    differences: [],
    outside: [],
    statements: 0,
    system: used('/system'),
    cache: used('/cache'),
    memoryPeak: 0,
    progress: [],
    notes: module.notes,
  };
}

/**
 * Runs the package. Everything that is wrong with it is in the result, never thrown; thrown are InputError for a
 * package file that cannot be read, errors of the source build's reader, and an abort through the signal.
 */
export async function simulate(options: SimulateOptions): Promise<Verification> {
  const module = makeModule(options.source.build, moduleOptions(options));
  let reader: PackageReader | undefined;
  try {
    reader = await openPackage(options.packagePath).catch((error: unknown) => {
      throw asInputError(error, options.packagePath);
    });
    return await simulateOpen(options, module, reader);
  } catch (error) {
    return notStarted(options, module, reader?.size ?? 0, failureOf(error));
  } finally {
    await reader?.close();
  }
}

async function check(
  options: SimulateOptions,
  reader: PackageReader,
): Promise<{ entries: ReadonlyMap<string, PackageEntry>; script: Script; notes: readonly string[] }> {
  const { usrdataFree, source, signal } = options;
  const entries = await testEntries(reader, signal);
  const unpacked = [...entries.values()].reduce((sum, entry) => sum + entry.content.size, 0);
  if (usrdataFree !== undefined && reader.size + unpacked > usrdataFree) {
    const message = `package (${reader.size} bytes) and content (${unpacked} bytes) do not fit the ${usrdataFree} bytes free in usrdata`;
    throw new PackageRefused(deviceCodes.tooLarge, message);
  }
  const note = await checkVersion(reader, source.build.projectVersion);
  const script = await readScript(reader, profileOf(options.profile));
  return { entries, script, notes: note === undefined ? [] : [note] };
}

interface FirstRun {
  readonly attempt: Attempt;
  readonly points: CutPoints;
  readonly trace: readonly string[];
  /** The run for the sweep of power cuts, where it is to be known. */
  readonly recorded: KnownRun | undefined;
}

async function runOnce(
  installation: Installation,
  options: SimulateOptions,
  reuse: Reuse | undefined,
): Promise<FirstRun> {
  const recorder = reuse && recorderFor(installation, reuse);
  let count = 0;
  const inWrites: number[] = [];
  const trace: string[] = [];
  const total = installation.script.root.kind === 'chain' ? installation.script.root.items.length : 1;
  const onLine = (line: string): void => {
    if (options.trace === true && trace.length < mostTraceLines) trace.push(line);
  };
  const attempt = await startPackage(installation, installation.module.flash, {
    onEffect: (_, effect) => {
      count++;
      recorder?.onEffect();
      if (isInWrite(effect)) inWrites.push(count);
    },
    reuse: recorder?.reuse,
    onLine: options.trace === true ? onLine : undefined,
    onStatement: (count) => options.onProgress?.('run', count, total),
  });
  return { attempt, points: { count, inWrites }, trace, recorded: recorder?.known(attempt) };
}

const notTried: Hanging = { reaches: [], tried: new Set() };

/** Files that the package leaves in /cache: space that nobody gives back. */
function cacheLeftovers(flash: Flash): readonly string[] {
  const cache = mapGet(flash.volumes, '/cache');
  if (cache === undefined) return [];
  const notes: string[] = [];
  const look = (ino: number, path: string): void => {
    const inode = inodeOf(cache, ino);
    if (inode.kind === 'file') notes.push(`left behind: ${displayName(path)}, ${inode.content.size} bytes`);
    if (inode.kind !== 'directory') return;
    for (const [name, child] of mapEntries(inode.children)) look(child, `${path}/${name}`);
  };
  look(rootInode, '/cache');
  return notes.sort(compareBytes);
}

/** The message of a run that failed: what it asked for in vain may be why. */
function withUnknowns({ message, unknowns, status }: Attempt): string | undefined {
  if (message === undefined || status === 'succeeded' || unknowns.length === 0) return message;
  return `${message} (the verdict hangs on what the simulated module does not know: ${unknowns.join(', ')})`;
}

/** What was taken for granted in the run, and what it leaves behind. */
function runNotes({ status, notes, unknowns, flash }: Attempt, script: Script): readonly string[] {
  if (status !== 'succeeded') return notes;
  return [
    ...notes,
    ...script.notSimulated.map((name) => `the script names ${name}, which was not reached and cannot be simulated`),
    ...unknowns.map((what) => `not known to the simulated module, taken as missing: ${what}`),
    ...cacheLeftovers(flash),
  ];
}

async function simulateOpen(options: SimulateOptions, module: Module, reader: PackageReader): Promise<Verification> {
  const { entries, script, notes } = await check(options, reader);
  const { source, profile, expected } = options;
  const known = await knownBeforeTheRun(options, reader, entries, script);
  const store = openContentStore(source.content, reader, { known, entries, mostKept: options.share?.mostKept });
  const installation: Installation = {
    module,
    script,
    entries,
    store,
    profile: profileOf(profile),
    property: options.property ?? (() => Promise.resolve(undefined)),
    allowedPrograms: new Set(options.allowedPrograms),
    signal: options.signal,
    mostVisits: options.mostVisits ?? mostVisits,
  };
  const reuse = options.powerCuts === 'none' || options.reuse === false ? undefined : makeReuse();
  const { attempt, points, trace, recorded } = await runOnce(installation, options, reuse);
  const succeeded = attempt.status === 'succeeded';
  const standard = standardOf(module, script, options, source.build.entries);
  const { expectation, rules } = standard;
  const found =
    succeeded || expected === undefined
      ? await compareWith(expectation, attempt.flash, store, options.mostDifferences ?? 20)
      : { differences: [], count: 0 };
  const { reaches: hanging, tried } = succeeded ? await hangsOn(installation, attempt) : notTried;
  const outside = [...(await outsideOf(attempt, rules, store, script.text)), ...hanging];
  const matches = succeeded && outside.length === 0 && (expected === undefined || found.count === 0);
  const cuts =
    options.powerCuts === 'none' || !matches
      ? undefined
      : await sweep(options.powerCuts, {
          options,
          installation: { ...installation, triedProperties: tried },
          reader,
          known,
          points,
          reuse,
          recorded,
          statements: attempt.statements,
          judge: judgeOf(standard, expected === undefined ? attempt.flash : undefined, store, script),
        });
  const arrives = matches && (cuts === undefined || cuts.failed === 0);
  const verdict = !arrives ? 'not-proved' : expected === undefined ? 'runs' : 'proved';
  const usage = (point: string) => ({
    peak: attempt.peak.get(point) ?? 0,
    capacity: mapGet(module.flash.volumes, point)?.capacity ?? 0,
  });
  return {
    packageOrigin: options.packagePath,
    packageBytes: reader.size,
    profile,
    permissions: script.permissions,
    verdict,
    proved: verdict === 'proved',
    status: attempt.status === 'power-cut' ? 'aborted' : attempt.status,
    deviceCode: attempt.code,
    message: withUnknowns(attempt),
    place: succeeded ? undefined : placeOf(script.text, attempt.at),
    comparedWith: expected === undefined ? 'nothing' : 'target',
    compared: expectation.paths + expectation.images.length,
    differenceCount: found.count,
    differences: found.differences,
    outside,
    powerCuts: cuts,
    statements: attempt.statements,
    system: usage('/system'),
    cache: usage('/cache'),
    memoryPeak: attempt.memoryPeak,
    progress: attempt.progress,
    progressFault: attempt.progressFault,
    notes: [...module.notes, ...notes, ...runNotes(attempt, script)],
    trace: options.trace === true ? trace : undefined,
  };
}
