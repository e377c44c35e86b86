/** The kernel's patch takes as long as all others together, so it is begun as soon as both boot images are read, beside the reading of the rest. */
import { encodingKey } from '../../encode/pool/encoding-key.js';
import { defaultWorthwhile, type EncodeResult, type EncodeTask, PatchPool } from '../../encode/pool/patch-pool.js';
import type { Content } from '../../model/build.js';
import { sdx6x } from '../../model/layout.js';
import type { ListRules } from '../../model/list-rules.js';
import type { Part } from '../../model/parts.js';
import type { PatchCache } from '../../model/patch-cache.js';
import { displayName } from '../../model/path.js';
import type { BootUpdate } from '../../model/plan.js';
import type { Ports } from '../../model/ports.js';
import { type OnProgress, silent } from '../../model/progress.js';
import type { EarlyFile } from '../../model/tree.js';
import { scopeOf } from '../../plan/scope.js';
import type { EncodingOptions } from './encoding-options.js';
import { openRunCache, type RunCache } from './open-cache.js';

/** What was begun before there was a plan. */
export interface Begun {
  /** It encodes the other tasks as well. */
  readonly pool: PatchPool;
  /** The pool's cache. */
  readonly run: RunCache;
  /** What comes of the task, if it is the one that was begun; what comes of any other from the pool. Progress is told from the first call on. */
  readonly encode: (task: EncodeTask, onProgress: OnProgress) => Promise<EncodeResult>;
}

/** An encoding that begins while the builds are read. Close it. */
export interface HeadStart {
  /** The file that each build is to tell of. */
  readonly source: EarlyFile;
  readonly target: EarlyFile;
  /** `undefined` where there was nothing to begin with. */
  readonly begun: () => Promise<Begun | undefined>;
  readonly close: () => Promise<void>;
}

/** What decides about a head start. */
export interface HeadStartOptions {
  readonly parts: readonly Part[];
  readonly bootUpdate: BootUpdate;
  readonly encoding: EncodingOptions;
}

/** Of the ports, what an encoding needs. */
interface HeadStartPorts extends Pick<Ports, 'signal'> {
  readonly cache?: PatchCache | undefined;
}

interface Found {
  readonly content: Content;
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** Whether a boot image that differs will be patched, and there are threads and memory for it now. */
function isWanted({ parts, bootUpdate, encoding }: HeadStartOptions, rules: ListRules): boolean {
  // Only our encoders begin before the builds are read.
  if (encoding.engine === 'bsdiff-node') return false;
  if (encoding.whole === true || encoding.jobs === 1 || encoding.memory !== undefined || bootUpdate === 'whole')
    return false;
  const scope = scopeOf(rules, new Set(parts));
  return scope.touches(sdx6x.bootImage) && scope.forcedBy(sdx6x.bootImage) === undefined;
}

/** The patch of the boot image; `undefined` where no patch of it is wanted. Whatever goes wrong with it is told by who asks for the result. */
export function headStart(
  options: HeadStartOptions,
  rules: ListRules,
  { signal, cache }: HeadStartPorts,
): HeadStart | undefined {
  if (!isWanted(options, rules)) return undefined;
  const path = sdx6x.bootImage;
  const found: { source: Found | undefined; target: Found | undefined } = { source: undefined, target: undefined };
  let begun: Promise<Begun | undefined> = Promise.resolve(undefined);
  const told =
    (role: 'source' | 'target'): EarlyFile['found'] =>
    (content, read) => {
      found[role] = { content, read };
      const { source, target } = found;
      if (source === undefined || target === undefined || source.content.sha1 === target.content.sha1) return;
      const task = {
        label: displayName(path),
        target: { ...target.content, read: target.read },
        bases: [{ id: path, ...source.content, read: source.read }],
      };
      // A cache that cannot be opened is told when the run opens it.
      begun = begin(task, options, { signal, cache }).catch(() => undefined);
    };
  return {
    source: { path, found: told('source') },
    target: { path, found: told('target') },
    begun: () => begun,
    close: async () => (await begun)?.pool.close(),
  };
}

async function begin(
  first: EncodeTask,
  { encoding }: Pick<HeadStartOptions, 'encoding'>,
  { signal, cache }: HeadStartPorts,
): Promise<Begun> {
  const run = await openRunCache(encoding, cache);
  const { effort, jobs } = encoding;
  let tell = silent;
  const pool = new PatchPool({
    effort,
    workers: jobs,
    cache: run.cache,
    signal,
    onProgress: (progress) => tell(progress),
  });
  const result = pool.encode(first);
  result.catch(() => {});
  const keyOf = (task: EncodeTask): string => encodingKey(task, { effort, worthwhile: defaultWorthwhile });
  return {
    pool,
    run,
    encode: (task, onProgress) => {
      tell = onProgress;
      return keyOf(task) === keyOf(first) ? result : pool.encode(task);
    },
  };
}
