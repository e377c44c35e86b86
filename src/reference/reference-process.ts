/**
 * A process of its own for bsdiff-node, started by reference-engine.ts with the package's entry: compiled code may crash, end
 * its process or run for minutes, and nothing but the end of the process stops it.
 */
import { pathToFileURL } from 'node:url';
import type { DiffMessage, ProcessMessage } from './messages.js';

/** Progress more often than this, in milliseconds, only costs time. */
const progressInterval = 250;

function tell(message: ProcessMessage): void {
  process.send?.(message);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function loadDiff(entry: string): Promise<(words: DiffMessage, onProgress: () => void) => Promise<unknown>> {
  const loaded: unknown = await import(pathToFileURL(entry).href);
  const module: unknown =
    typeof loaded === 'object' && loaded !== null ? (Reflect.get(loaded, 'default') ?? loaded) : loaded;
  const diff: unknown = typeof module === 'object' && module !== null ? Reflect.get(module, 'diff') : undefined;
  if (typeof diff !== 'function') throw new Error('it has no function diff');
  return async ({ source, target, patch }, onProgress) =>
    Reflect.apply(diff, module, [source, target, patch, onProgress]);
}

// The parent decides what a Ctrl-C means; without a parent nobody wants the patch.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

try {
  const diff = await loadDiff(process.argv[2] ?? '');
  process.on('message', (words: DiffMessage) => {
    const [started, used] = [performance.now(), process.cpuUsage()];
    let told = started;
    const onProgress = (): void => {
      if (performance.now() - told < progressInterval) return;
      told = performance.now();
      tell({ kind: 'progress' });
    };
    diff(words, onProgress).then(
      () => {
        const { user, system } = process.cpuUsage(used);
        tell({
          kind: 'made',
          wallSeconds: (performance.now() - started) / 1e3,
          processorSeconds: (user + system) / 1e6,
        });
      },
      (error: unknown) => tell({ kind: 'failed', message: textOf(error) }),
    );
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'cannot-load', message: textOf(error) });
}
