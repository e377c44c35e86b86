/** A small pair of builds with the package between them, and a simulated module in front of the first. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../../src/cli/command-line.js';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { simulateModule } from '../../src/usecases/module/module.js';
import { noise, text } from './scenario.js';
import { directory, file, link, makeTargetFiles, type TargetFilesSpec } from './targetfiles.js';
import { testTerminal } from './terminal.js';

/** The versions of the pair. */
export const oldVersion = 'RG520NNADAR01A01M4G_OCPU_01.001';
export const newVersion = 'RG520NNADAR01A02M4G_OCPU_01.001';

const before: TargetFilesSpec = {
  nodes: {
    'SYSTEM/bin/app': file(noise('app', 40_000), { mode: 0o755 }),
    'SYSTEM/etc/app.conf': file(text('conf', 200)),
    'SYSTEM/gone': file('gone'),
    'SYSTEM/link': link('bin/app'),
  },
};
const after: TargetFilesSpec = {
  revision: 'A02',
  packageTime: '2022-07-22,15:50',
  nodes: {
    'SYSTEM/bin/app': file(Buffer.concat([noise('app', 40_000), noise('more', 9_000)]), { mode: 0o755 }),
    'SYSTEM/etc/app.conf': file(text('conf', 200, 20, 90)),
    'SYSTEM/new': directory(),
    'SYSTEM/new/file': file(noise('new', 3_000), { mode: 0o600 }),
    'SYSTEM/link': link('new/file'),
  },
};

/** The files of a pair. */
export interface DeliveryPair {
  readonly source: string;
  readonly target: string;
  readonly package: string;
}

/** Writes the pair and makes its package. */
export async function deliveryPair(folder: string): Promise<DeliveryPair> {
  mkdirSync(folder, { recursive: true });
  const pair = { source: join(folder, 'v1.zip'), target: join(folder, 'v2.zip'), package: join(folder, 'update.zip') };
  writeFileSync(pair.source, makeTargetFiles(before));
  writeFileSync(pair.target, makeTargetFiles(after));
  const made = await command(
    'generate',
    pair.source,
    pair.target,
    '--output',
    pair.package,
    '--no-cache',
    '--jobs',
    '1',
  );
  if (made.code !== 0) throw new Error(made.stderr);
  return pair;
}

/** Runs `dfota` in this process. */
export async function command(...words: readonly string[]) {
  return await stoppable(new AbortController().signal, ...words);
}

/** Runs `dfota` in this process until the signal. */
export async function stoppable(signal: AbortSignal, ...words: readonly string[]) {
  const { terminal, stdout, stderr } = testTerminal({ signal, now: () => performance.now() });
  const code = await run(dfota('1.2.3'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

/** Whether the words parse; for tests of commands that would run for long. */
export function parses(...words: readonly string[]): boolean {
  return parseCommandLine(dfota('1.2.3'), words, 80).kind === 'action';
}

/** A running module. */
export interface RunningModule {
  /** `tcp://127.0.0.1:12345`. */
  readonly at: string;
  readonly port: number;
  /** What it said for people. */
  readonly events: readonly string[];
  /** Switches it off. */
  readonly stop: () => Promise<void>;
}

/** Switches a module on, very fast. */
export async function startModule(
  firmware: string,
  state: string,
  faults: readonly string[] = [],
  speed = 2000,
): Promise<RunningModule> {
  const off = new AbortController();
  const events: string[] = [];
  let running: Promise<void> = Promise.resolve();
  const at = await new Promise<string>((listening, failed) => {
    running = simulateModule(
      { firmware, listen: 'tcp://127.0.0.1:0', state, faults, speed },
      { onListening: listening, onEvent: (line) => events.push(line), signal: off.signal },
    );
    running.catch(failed);
  });
  return {
    at,
    port: Number(at.slice(at.lastIndexOf(':') + 1)),
    events,
    stop: async () => {
      off.abort();
      await running;
    },
  };
}

/** The pair, made in the folder when the first test asks for it: tests of other levels may be left out of a run. */
export function lazyDeliveryPair(folder: string): () => ReturnType<typeof deliveryPair> {
  let made: ReturnType<typeof deliveryPair> | undefined;
  return () => {
    made ??= deliveryPair(folder);
    return made;
  };
}
