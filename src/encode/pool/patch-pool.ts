import { availableParallelism } from 'node:os';
import type { Content } from '../../model/build.js';
import type { Sha1, Sha256 } from '../../model/digest.js';
import { sha1Of } from '../../model/digest.js';
import type { PatchCache } from '../../model/patch-cache.js';
import type { PatchMaker } from '../../model/patch-maker.js';
import type { OnProgress } from '../../model/progress.js';
import { silent } from '../../model/progress.js';
import type { BsdiffEffort } from '../bsdiff/bsdiff.js';
import { isEncodable } from '../bsdiff/encodable.js';
import { bsdiffMemory } from '../bsdiff/layout.js';
import type { PackedEntry } from '../deflate/whole.js';
import { exact } from '../deflate/whole.js';
import type { EncodedFile, EncodeFileRequest, Trial } from '../encode-file.js';
import { startMate } from '../mate/mate-worker.js';
import { encodingKey } from './encoding-key.js';
import { readEncoded, writeEncoded } from './result-file.js';
import { EncodeThread, type ThreadTask } from './thread.js';

/** Bytes that are read just when they are needed. */
export interface LazyContent extends Content {
  /** The bytes, for good: the pool hands them to a thread, after which the caller's array is empty. */
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** A file from which the target may be made. */
export interface EncodeBase extends LazyContent {
  /** The caller's name for it, given back with the result. */
  readonly id: string;
  /** Bytes that its use adds to the package beside the patch; none unless told. */
  readonly cost?: number | undefined;
}

/** A file to encode. Without bases it is compressed for travelling whole. */
export interface EncodeTask {
  /** For people: progress and errors carry it. */
  readonly label: string;
  readonly target: LazyContent;
  /** In order of preference. */
  readonly bases: readonly EncodeBase[];
}

/** One way in which the file could travel, what it takes in the package, and the base's id. */
export interface EncodeAlternative extends Omit<Trial, 'base'> {
  readonly base?: string | undefined;
}

/** The smallest way, proved, and what else was tried. */
export interface EncodeResult {
  readonly chosen:
    | {
        readonly kind: 'patch';
        readonly format: 'BSDIFF40' | 'IMGDIFF2';
        /** The base's id. */
        readonly base: string;
        /** Its SHA-1 when the decoder made the target of the base with it. */
        readonly sha1: Sha1;
        /** The patch as the zip holds it. */
        readonly packed: PackedEntry;
      }
    | { readonly kind: 'whole'; readonly packed: PackedEntry };
  /** Smallest first. */
  readonly alternatives: readonly EncodeAlternative[];
  readonly imgdiff?: NonNullable<EncodedFile['imgdiff']> | undefined;
  readonly fromCache: boolean;
}

export interface PatchPoolOptions {
  /** Threads at most; by default one for each processor. The results do not depend on it. */
  readonly workers?: number | undefined;
  /** Bytes that all files encoded at once may take, by estimate; a file that takes more runs alone. 224 MB by default. */
  readonly memoryBudget?: number | undefined;
  readonly effort: BsdiffEffort;
  /** A patch larger than this share of its target is not taken. 0.95 by default. */
  readonly worthwhile?: number | undefined;
  /** Makes the patches in place of our encoders; of the results, the smaller of patch and whole file is taken all the same. */
  readonly maker?: PatchMaker | undefined;
  readonly cache?: PatchCache | undefined;
  /** Ends everything at once: threads are stopped in the middle of their work, and every task fails with the reason. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

interface Job {
  readonly task: EncodeTask;
  readonly key: Sha256;
  readonly estimate: number;
  readonly order: number;
  readonly resolve: (encoded: { readonly file: EncodedFile; readonly fromCache: boolean }) => void;
  readonly reject: (reason: unknown) => void;
  doneBytes: number;
}

/** A patch larger than this share of its target is not taken. */
export const defaultWorthwhile = 0.95;

const defaultBudget = 224 * 1024 * 1024;

/** The thread of a file that takes more than this, in bytes, ends with it: nothing else gives memory back at once. */
const endsThread = 16 * 1024 * 1024;

/** From here on the encoder's memory is given up before the proof takes its own. */
const provedApart = 128 * 1024 * 1024;

/** Files whose deflate streams are expanded, and how many times their size these are, about. */
const expanding = /\.(img|gz|tgz|zip|jar|apk|whl)$/i;
const timesExpanded = 3;

/** Bytes that encoding takes, about: the engine's memory for the largest base, and all files as they are. */
export function memoryOf(task: EncodeTask): number {
  const sizes = task.bases.map((base) => base.size);
  const files = sizes.reduce((sum, size) => sum + size, task.target.size);
  const times = expanding.test(task.label) ? timesExpanded : 1;
  const engine = bsdiffMemory(times * Math.max(0, ...sizes), times * task.target.size);
  return task.bases.length === 0 ? task.target.size * 3 : files + engine;
}

/** The same where another encoder may make the patches. */
export function memoryWith(task: EncodeTask, maker: PatchMaker | undefined): number {
  if (maker === undefined || task.bases.length === 0) return memoryOf(task);
  const sizes = task.bases.map((base) => base.size);
  const files = sizes.reduce((sum, size) => sum + size, task.target.size);
  return files + maker.memory(Math.max(...sizes), task.target.size);
}

/**
 * Encodes files in threads that are kept alive, largest first, as many at once as the memory budget and the number of
 * threads allow. What a task gives depends on its bytes and the effort alone. Tasks that are given in one go are sorted
 * among each other; the same bytes asked for twice before they are done are encoded once. Close it.
 */
export class PatchPool {
  readonly #options: PatchPoolOptions;
  readonly #onProgress: OnProgress;
  readonly #maxThreads: number;
  readonly #budget: number;
  readonly #waiting: Job[] = [];
  readonly #running = new Map<Job, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  readonly #idle: EncodeThread[] = [];
  readonly #shared = new Map<string, Promise<{ readonly file: EncodedFile; readonly fromCache: boolean }>>();
  #stopped: { readonly reason: unknown } | undefined;
  #closed: Promise<void> | undefined;
  #starting = false;
  /** Whether the cache has grown. */
  #put = false;
  #order = 0;
  #used = 0;
  #finishedBytes = 0;
  #totalBytes = 0;
  #finishedItems = 0;

  constructor(options: PatchPoolOptions) {
    this.#options = options;
    this.#onProgress = options.onProgress ?? silent;
    this.#maxThreads = Math.max(1, options.workers ?? availableParallelism());
    this.#budget = options.memoryBudget ?? defaultBudget;
    if (options.signal?.aborted) this.#stop(options.signal.reason);
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /**
   * Encodes one file. Rejects with what a `read` rejects with; with ProofError when a patch does not stand its proof;
   * with the signal's reason after an abort; with an Error that names the task when a thread fails.
   */
  async encode(task: EncodeTask): Promise<EncodeResult> {
    if (this.#stopped !== undefined) throw this.#stopped.reason;
    const { effort, maker } = this.#options;
    const key = encodingKey(task, { effort, worthwhile: this.#worthwhile }, maker?.name);
    const before = this.#shared.get(key);
    const work = before ?? this.#enqueue(task, key);
    if (before === undefined) {
      this.#shared.set(key, work);
      // Handed over is forgotten: what all patches of a run take need not fit into memory.
      const forget = (): boolean => this.#shared.delete(key);
      work.then(forget, forget);
    }
    const { file, fromCache } = await work;
    return named(file, task, fromCache);
  }

  /** Stops all threads; what is still running fails. Then brings a cache that has grown to its size. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#stop(new Error('the patch pool was closed'));
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    await Promise.all(this.#idle.splice(0).map((thread) => thread.end()));
    if (this.#put) await this.#options.cache?.trim();
  }

  get #worthwhile(): number {
    return this.#options.worthwhile ?? defaultWorthwhile;
  }

  readonly #onAbort = (): void => this.#stop(this.#options.signal?.reason);

  #enqueue(task: EncodeTask, key: Sha256): Promise<{ readonly file: EncodedFile; readonly fromCache: boolean }> {
    this.#totalBytes += task.target.size;
    return new Promise((resolve, reject) => {
      const order = this.#order++;
      this.#waiting.push({
        task,
        key,
        estimate: memoryWith(task, this.#options.maker),
        order,
        resolve,
        reject,
        doneBytes: 0,
      });
      this.#startSoon();
    });
  }

  /** Not at once: what the caller asks for in the same go is to be sorted first. */
  #startSoon(): void {
    if (this.#starting) return;
    this.#starting = true;
    setImmediate(() => {
      this.#starting = false;
      this.#waiting.sort((a, b) => b.estimate - a.estimate || a.order - b.order);
      this.#startMore();
    });
  }

  #startMore(): void {
    while (this.#running.size < this.#maxThreads) {
      const next = this.#nextWaiting();
      // Nothing fits: the largest runs alone, as soon as it is alone.
      const [job] = this.#waiting.splice(next >= 0 ? next : this.#running.size === 0 ? 0 : this.#waiting.length, 1);
      if (job === undefined) return;
      const stop = new AbortController();
      this.#used += job.estimate;
      this.#running.set(job, { stop, ended: this.#run(job, stop.signal) });
    }
  }

  /** The place of the next job that fits; what others who share the cache are at work on comes last, as it will be there then. */
  #nextWaiting(): number {
    const turns = this.#options.cache?.turns;
    const fits = (job: Job): boolean => this.#used + job.estimate <= this.#budget;
    const free = turns === undefined ? -1 : this.#waiting.findIndex((job) => fits(job) && !turns.isTaken(job.key));
    return free >= 0 ? free : this.#waiting.findIndex(fits);
  }

  async #run(job: Job, signal: AbortSignal): Promise<void> {
    const turns = this.#options.cache?.turns;
    const step = () => this.#lookUpOrEncode(job, signal);
    try {
      job.resolve(await (turns === undefined ? step() : turns.take(job.key, step)));
    } catch (error) {
      job.reject(this.#stopped === undefined ? error : this.#stopped.reason);
    }
    this.#running.delete(job);
    this.#used -= job.estimate;
    this.#finishedBytes += job.task.target.size;
    this.#finishedItems++;
    this.#tell(job.task.label);
    this.#startMore();
  }

  async #lookUpOrEncode(
    job: Job,
    signal: AbortSignal,
  ): Promise<{ readonly file: EncodedFile; readonly fromCache: boolean }> {
    const { cache } = this.#options;
    const known = await this.#lookUp(job, signal);
    if (known !== undefined) return { file: known, fromCache: true };
    signal.throwIfAborted();
    const [target, ...bases] = await Promise.all([job.task.target, ...job.task.bases].map((content) => content.read()));
    signal.throwIfAborted();
    if (target === undefined) throw new Error('a task without a target');
    const made = await this.#madeElsewhere(job.task, target, bases, signal);
    const file = await this.#encode(job, {
      label: job.task.label,
      request: {
        target: exact(target),
        targetSha1: job.task.target.sha1,
        bases: bases.map(exact),
        costs: job.task.bases.map(({ cost }) => cost ?? 0),
        made,
      },
      options: { effort: this.#options.effort, worthwhile: this.#worthwhile },
      signal,
      onProgress: (doneBytes) => {
        job.doneBytes = Math.max(job.doneBytes, Math.min(job.task.target.size, doneBytes));
        this.#tell(job.task.label);
      },
    });
    await cache?.put(job.key, writeEncoded(file));
    this.#put = true;
    return { file, fromCache: false };
  }

  /** The patches by base, where another encoder makes them: none for what it would not be asked for, one after the other. */
  async #madeElsewhere(
    { label, target: { sha1 } }: EncodeTask,
    target: Uint8Array,
    bases: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<EncodeFileRequest['made']> {
    const { maker } = this.#options;
    if (maker === undefined) return undefined;
    const made: (Uint8Array<ArrayBuffer> | undefined)[] = [];
    const same = bases.some((base) => base.length === target.length && sha1Of(base) === sha1);
    for (const base of bases) {
      const asked = !same && isEncodable(base.length, target.length);
      made.push(asked ? (await maker.make(base, target, label, signal)).bytes : undefined);
    }
    signal.throwIfAborted();
    return made;
  }

  /** What the cache has, and what it is meant to be: an entry that others may have written is proved first. */
  async #lookUp({ task, key }: Job, signal: AbortSignal): Promise<EncodedFile | undefined> {
    const { cache } = this.#options;
    const stored = await cache?.get(key);
    if (cache === undefined || stored === undefined) return undefined;
    const known = readEncoded(stored);
    const bases = known === undefined ? [] : [known.chosen, ...known.trials].map((one) => basePlace(one));
    if (known !== undefined && bases.every((place) => place === undefined || place in task.bases)) {
      if (cache.own || (await this.#prove(known, task, signal))) return known;
    }
    await cache.reject(key);
    return undefined;
  }

  async #prove(file: EncodedFile, { label, target, bases }: EncodeTask, signal: AbortSignal): Promise<boolean> {
    const place = basePlace(file.chosen);
    const bytes = place === undefined ? undefined : await bases[place]?.read();
    signal.throwIfAborted();
    const { size, sha1 } = target;
    const base = bytes === undefined ? undefined : exact(bytes);
    return this.#inThread(size >= endsThread, (thread) =>
      thread.prove({ file, base, target: { size, sha1 } }, { label, signal }),
    );
  }

  /**
   * A large file is encoded in one thread, with a mate where several may run, and proved in the next when that one has ended and given its
   * memory back.
   */
  async #encode({ estimate }: Job, task: ThreadTask): Promise<EncodedFile> {
    if (estimate < provedApart) return this.#inThread(estimate >= endsThread, (thread) => thread.encode(task));
    const mate = this.#mayHaveMate(task) ? startMate() : undefined;
    const unproved = await this.#inThread(true, (thread) => thread.encodeUnproved(task, mate?.link)).finally(
      mate?.stop,
    );
    task.signal.throwIfAborted();
    return this.#inThread(true, (thread) => thread.finish(unproved, task));
  }

  /** A mate takes memory of its own, which a promise of memory does not count. */
  #mayHaveMate({ request }: ThreadTask): boolean {
    return this.#maxThreads > 1 && this.#options.memoryBudget === undefined && request.made === undefined;
  }

  async #inThread<Result>(isLast: boolean, use: (thread: EncodeThread) => Promise<Result>): Promise<Result> {
    const thread = this.#idle.pop() ?? new EncodeThread();
    try {
      return await use(thread);
    } finally {
      if (thread.isAlive && this.#stopped === undefined && !isLast) this.#idle.push(thread);
      else await thread.stop();
    }
  }

  #tell(item: string): void {
    let doneBytes = this.#finishedBytes;
    for (const job of this.#running.keys()) doneBytes += job.doneBytes;
    this.#onProgress({
      stage: 'encode',
      doneBytes: Math.round(doneBytes),
      totalBytes: this.#totalBytes,
      doneItems: this.#finishedItems,
      totalItems: this.#order,
      item,
    });
  }

  #stop(reason: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { reason };
    for (const job of this.#waiting.splice(0)) job.reject(reason);
    for (const { stop } of this.#running.values()) stop.abort(reason);
  }
}

/** The place of a result's base among those of the task. */
function basePlace(one: EncodedFile['chosen'] | Trial): number | undefined {
  return 'base' in one ? one.base : undefined;
}

function named(file: EncodedFile, task: EncodeTask, fromCache: boolean): EncodeResult {
  const idOf = (index: number): string => {
    const base = task.bases[index];
    if (base === undefined) throw new Error(`${task.label}: no base ${index}`);
    return base.id;
  };
  const alternatives = file.trials.map(
    ({ base, ...trial }): EncodeAlternative => (base === undefined ? trial : { ...trial, base: idOf(base) }),
  );
  const { chosen } = file;
  return {
    chosen:
      chosen.kind === 'whole'
        ? chosen
        : {
            kind: 'patch',
            format: chosen.format,
            base: idOf(chosen.base),
            sha1: chosen.sha1,
            packed: chosen.packed,
          },
    alternatives,
    imgdiff: file.imgdiff,
    fromCache,
  };
}
