/** What a run takes of memory, and how what was promised is held: of the whole process, in bytes. */
import { UsageError } from '../model/errors.js';
import { largestDigestedBytes, largestSketchedBytes, mostReadingThreads } from '../model/limits/input.js';

/** The program and what it reads through: measured, and rounded up. */
const programBytes = 140 * 2 ** 20;

/** What is known of a path of a build, its part in plan, script and simulated device included: measured. */
const pathBytes = 10 * 1024;

/** A thread beside what its file takes: measured. */
export const threadBytes = 45 * 2 ** 20;

const mebibyte = 2 ** 20;

/** What a run takes before it works on any file; `paths` are those of both builds. */
export function processBytes(paths: number): number {
  return programBytes + paths * pathBytes;
}

/** The file that takes most, and how much. */
export interface LargestWork {
  /** Of the file, for people; empty where there is none. */
  readonly label: string;
  readonly bytes: number;
}

/** Refuses a promise that cannot be kept; does nothing where none was made. */
export function holdMemory(memory: number | undefined, least: number, largest: LargestWork): void {
  if (memory === undefined || memory >= least) return;
  const { label, bytes } = largest;
  throw new UsageError({
    code: 'memory-option',
    place: label === '' ? undefined : { file: label },
    message: 'the memory that the run may take is too little for these builds',
    found: `--memory of ${memory} bytes`,
    expected: `at least ${Math.ceil(least / mebibyte)}M${label === '' ? '' : `: ${label} alone takes ${Math.ceil(bytes / mebibyte)}M`}`,
    remedy: 'allow more, or leave the option out',
  });
}

/** How builds are read. */
export interface ReadingShare {
  /** Threads at most; one for each processor without it. */
  readonly threads: number | undefined;
  /** Files up to so many bytes, in and out, are read by a thread that sketches them. */
  readonly largest: number;
}

/** The share of reading, which comes before anything is known of the builds: fewer threads where memory is short, and smaller files at once. */
export function shareReading(memory: number | undefined): ReadingShare {
  if (memory === undefined) return { threads: undefined, largest: largestSketchedBytes };
  const room = memory - programBytes;
  const threadsFor = (largest: number): number => Math.floor(room / (threadBytes + 2 * largest));
  const threads = threadsFor(largestSketchedBytes);
  if (threads > 0) return { threads: Math.min(threads, mostReadingThreads), largest: largestSketchedBytes };
  return { threads: 1, largest: largestDigestedBytes };
}
