/**
 * Applies the patches of a script in threads before it runs. Which patches and sources meet is read from the script; what is
 * not foreseen here, or cannot be applied, is worked out when the script comes to it.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Content, OpenBuild } from '../../model/build.js';
import type { Sha1 } from '../../model/digest.js';
import { mostPatchedBytes } from '../../model/limits/device.js';
import type { BuildPath } from '../../model/path.js';
import { threadAnswer } from '../../model/thread-answer.js';
import type { PatchReading } from '../content.js';
import { childrenOf, type Expression } from '../edify/syntax.js';
import { parseSha1 } from '../functions/content.js';
import type { PackageEntry } from '../runtime.js';
import type { PackageReader } from '../zip-reader.js';
import type { AppliedMessage, ApplyMessage } from './messages.js';

/** A patch of the package and the file of the source build that the script applies it to. */
export interface PatchPair {
  readonly entry: string;
  readonly patch: Sha1;
  readonly source: Content & { readonly path: BuildPath };
  /** Bytes that the script says it makes. */
  readonly size: number;
}

/** Less than this is done sooner than a thread starts. */
const worthThreads = 4 * 2 ** 20;

function literal(expression: Expression | undefined): string | undefined {
  return expression?.kind === 'literal' ? expression.value : undefined;
}

/** The pairs that a script's `apply_patch` calls name in plain text, each once, the largest first. */
export function patchPairs(
  root: Expression,
  entries: ReadonlyMap<string, PackageEntry>,
  { build }: Pick<OpenBuild, 'build'>,
): readonly PatchPair[] {
  const sources = new Map<Sha1, PatchPair['source']>();
  for (const { path, ...entry } of build.entries.values()) {
    if (entry.kind === 'file' && !sources.has(entry.content.sha1))
      sources.set(entry.content.sha1, { ...entry.content, path });
  }
  const pairs = new Map<string, PatchPair>();
  const waiting: Expression[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const child of childrenOf(next)) waiting.push(child);
    if (next.kind !== 'call' || next.name !== 'apply_patch') continue;
    const size = Number(literal(next.args[3]));
    for (let at = 4; at + 1 < next.args.length; at += 2) {
      const [hash, value] = [literal(next.args[at]), next.args[at + 1]];
      const named =
        value?.kind === 'call' && value.name === 'package_extract_file' ? literal(value.args[0]) : undefined;
      const sha1 = hash === undefined ? undefined : parseSha1(hash);
      const source = sha1 === undefined ? undefined : sources.get(sha1);
      const entry = named === undefined ? undefined : entries.get(named);
      if (source === undefined || entry === undefined || !(size >= 0)) continue;
      const patch = entry.content.sha1;
      pairs.set(`${patch} ${source.sha1}`, { entry: entry.name, patch, source, size });
    }
  }
  const cost = ({ size, source }: PatchPair): number => size + source.size;
  return [...pairs.values()].sort((a, b) => cost(b) - cost(a) || (a.patch < b.patch ? -1 : 1));
}

/** A thread that applies one patch at a time. */
class PatchThread {
  readonly #worker = new Worker(new URL('./patch-thread.js', import.meta.url));

  apply(message: ApplyMessage, signal: AbortSignal | undefined): Promise<Content | undefined> {
    const worker = this.#worker;
    return threadAnswer(worker, {
      ask: () => worker.postMessage(message, [message.patch.buffer, message.source.buffer]),
      take: ({ content }: AppliedMessage) => ({ answer: content }),
      ended: 'a thread that applies patches ended',
      signal,
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Applies the pairs in as many threads as there are processors, if so many are allowed; gives what was made, by patch and source. */
export async function applyAhead(
  pairs: readonly PatchPair[],
  reading: PatchReading,
  {
    source,
    reader,
    threads = availableParallelism(),
    signal,
  }: {
    readonly source: OpenBuild;
    readonly reader: PackageReader;
    readonly threads?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ReadonlyMap<string, Content>> {
  const made = new Map<string, Content>();
  const work = pairs.reduce((sum, pair) => sum + pair.size + pair.source.size, 0);
  if (work < worthThreads) return made;
  const rest = pairs[Symbol.iterator]();
  let patched = 0;
  const lane = async (): Promise<void> => {
    const thread = new PatchThread();
    try {
      for (const pair of rest) {
        signal?.throwIfAborted();
        patched += pair.size;
        if (patched > mostPatchedBytes) return;
        // A copy of its own: what the readers give may share a buffer with others.
        const patch = new Uint8Array(await reader.read(pair.entry));
        const bytes = new Uint8Array(await source.content.read(pair.source.path));
        const content = await thread.apply({ kind: 'apply', patch, source: bytes, reading }, signal);
        if (content !== undefined) made.set(`${pair.patch} ${pair.source.sha1}`, content);
      }
    } finally {
      await thread.end();
    }
  };
  const lanes = await Promise.allSettled(
    Array.from({ length: Math.min(availableParallelism(), threads, pairs.length) }, lane),
  );
  for (const each of lanes) if (each.status === 'rejected') throw each.reason;
  return made;
}
