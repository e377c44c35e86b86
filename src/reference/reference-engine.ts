/** The classic encoder, by the package bsdiff-node: patches through files, in processes of its own. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBounded } from '../files/bounded-read.js';
import { asOutputError } from '../files/system-error.js';
import { makeTemporaryFolder, removeTemporary } from '../files/temporary.js';
import { InputError } from '../model/errors.js';
import { mostReferencePatchBytes, referenceMemory, referenceSilence } from '../model/limits/reference.js';
import type { MadePatch, PatchMaker } from '../model/patch-maker.js';
import { EncoderBroken, EncoderProcess } from './encoder-process.js';
import { engineMissing, findReferencePackage, type ReferencePackage } from './find-package.js';

/** The engine, open. Close it: then its processes have ended and its files are gone. */
export interface ReferenceEngine extends PatchMaker {
  readonly close: () => Promise<void>;
}

/** What tests put in the place of the package and of the limit. */
export interface ReferenceOptions {
  readonly find?: (() => ReferencePackage) | undefined;
  /** Milliseconds without a word after which a process is taken for hung. */
  readonly silence?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const magic = 'BSDIFF40';

/**
 * Opens the engine: the package is there and can be loaded. It runs as many processes as patches are asked for at once.
 * Throws InputError where the package is missing, or the signal's reason.
 */
export async function openReferenceEngine(options: ReferenceOptions = {}): Promise<ReferenceEngine> {
  const { find = findReferencePackage, silence = referenceSilence, signal: starting } = options;
  const { entry, name } = find();
  const running = new Set<EncoderProcess>();
  const idle: EncoderProcess[] = [];
  const base = join(tmpdir(), 'dfota-engine');
  let count = 0;

  const start = async (signal: AbortSignal | undefined): Promise<EncoderProcess> => {
    signal?.throwIfAborted();
    const made = new EncoderProcess(entry, silence);
    running.add(made);
    try {
      const answer = await made.start(signal);
      if (answer.kind === 'ready') return made;
      await made.stop();
      throw engineMissing(
        'the package bsdiff-node is installed, but cannot be loaded here',
        answer.kind === 'cannot-load' ? answer.message : answer.kind,
      );
    } catch (error) {
      running.delete(made);
      if (error instanceof EncoderBroken) {
        throw engineMissing('the package bsdiff-node is installed, but cannot be loaded here', error.message);
      }
      throw error;
    }
  };

  idle.push(await start(starting));
  let folder: string;
  try {
    folder = await makeTemporaryFolder(base);
  } catch (error) {
    await stopAll(running);
    throw asOutputError(error, base);
  }

  const run = async (paths: { source: string; target: string; patch: string }, signal: AbortSignal | undefined) => {
    const encoder = idle.pop() ?? (await start(signal));
    try {
      const answer = await encoder.diff(paths, signal);
      if (answer.kind !== 'made') throw new EncoderBroken(answer.kind === 'failed' ? answer.message : answer.kind);
      idle.push(encoder);
      return answer;
    } catch (error) {
      await encoder.stop();
      running.delete(encoder);
      throw error;
    }
  };

  const make: PatchMaker['make'] = async (source, target, label, signal): Promise<MadePatch> => {
    const own = join(folder, String(count++));
    const paths = { source: `${own}.old`, target: `${own}.new`, patch: `${own}.patch` };
    try {
      await writeInput(paths.source, source);
      await writeInput(paths.target, target);
      const { wallSeconds, processorSeconds } = await run(paths, signal);
      const limit = mostReferencePatchBytes(target.length);
      const bytes = await readBounded(paths.patch, { limit, code: 'engine-failed', what: 'a patch' }).catch(() => {
        throw new EncoderBroken('it has left no patch, or one that is far too large');
      });
      if (bytes.toString('latin1', 0, magic.length) !== magic)
        throw new EncoderBroken('what it has left is no BSDIFF40');
      return { bytes: new Uint8Array(bytes), wallSeconds, processorSeconds };
    } catch (error) {
      if (!(error instanceof EncoderBroken)) throw error;
      throw new InputError({
        code: 'engine-failed',
        place: { file: label },
        message: `${name} has made no patch for this file`,
        found: error.message.slice(0, 300),
        remedy: 'send the file whole (fullota list), or leave --engine out',
      });
    } finally {
      for (const path of Object.values(paths)) await removeTemporary(path);
    }
  };

  return {
    name,
    memory: referenceMemory,
    make,
    close: async () => {
      await stopAll(running);
      await removeTemporary(folder);
    },
  };
}

async function stopAll(running: ReadonlySet<EncoderProcess>): Promise<void> {
  await Promise.all([...running].map((encoder) => encoder.stop()));
}

async function writeInput(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes, { flag: 'wx' });
  } catch (error) {
    throw asOutputError(error, path);
  }
}
