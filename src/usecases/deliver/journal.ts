/** How far a delivery is, on disk, so that a stopped one goes on. */
import { readFile, rm } from 'node:fs/promises';
import type { Phase } from '../../delivery/dialogue.js';
import { writeText } from '../../files/output.js';
import { asInputError, systemCode } from '../../files/system-error.js';
import { InputError } from '../../model/errors.js';

/** What a journal says. */
export interface Journal {
  /** SHA-256 of the package. */
  readonly package: string;
  readonly phase: Phase;
  readonly versionBefore: string | undefined;
}

const phases: readonly Phase[] = ['started', 'uploaded', 'triggered', 'ended'];

/** The journal for that package; `undefined` where there is none. Throws InputError for one of another package. */
export async function readJournal(file: string, sha256: string): Promise<Journal | undefined> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (!(error instanceof SyntaxError)) throw asInputError(error, file);
  }
  const field = (name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const phase = phases.find((word) => word === field('phase'));
  const versionBefore = field('versionBefore');
  if (phase !== undefined && field('package') === sha256) {
    return { package: sha256, phase, versionBefore: typeof versionBefore === 'string' ? versionBefore : undefined };
  }
  throw new InputError({
    code: 'delivery-journal',
    place: { file },
    message: phase === undefined ? 'this is no journal of a delivery' : 'the journal is of another package',
    remedy: 'deliver without --resume, or name the journal with --journal',
  });
}

/** Writes the journal at once, whole. */
export async function writeJournal(file: string, journal: Journal): Promise<void> {
  await writeText(file, `${JSON.stringify(journal)}\n`);
}

/** Nothing is left to go on with. */
export async function endJournal(file: string): Promise<void> {
  await rm(file, { force: true });
}
