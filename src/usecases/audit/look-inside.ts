/** Reads the files that differ, one at a time, and keeps what the inspectors say of them; never the bytes. */

import { kernelRelease } from '../../audit/compare/boot.js';
import { compareContents } from '../../audit/compare/compare-file.js';
import { type Certificate, certificatesIn, isCredentialName } from '../../audit/security/certificates.js';
import { contentFindings, innerFindings, startLinkFinding } from '../../audit/security/content.js';
import { moduleRelease } from '../../audit/security/vermagic.js';
import type { SecurityFinding } from '../../model/audit.js';
import type { FileEntry, OpenBuild } from '../../model/build.js';
import { discard } from '../../model/discard.js';
import type { Inner } from '../../model/inner.js';
import { inSystem, sdx6x } from '../../model/layout.js';
import { largestComparedBytes } from '../../model/limits/audit.js';
import { type BuildPath, displayName } from '../../model/path.js';
import type { OnProgress } from '../../model/progress.js';
import type { PlanSizes } from './plan-sizes.js';

/** What the bytes of both builds tell. */
export interface InsideFacts {
  readonly inner: ReadonlyMap<BuildPath, Inner>;
  readonly security: readonly SecurityFinding[];
  readonly certificatesBefore: readonly Certificate[];
  readonly certificatesAfter: readonly Certificate[];
  /** Release of the target's kernel. */
  readonly kernel: string | undefined;
  /** Release that each kernel module of the target was built for. */
  readonly modules: ReadonlyMap<BuildPath, string>;
}

type Bytes = Uint8Array<ArrayBuffer>;

interface Work {
  readonly path: BuildPath;
  /** At this path, or where the plan found the content's earlier form. */
  readonly before: FileEntry | undefined;
  readonly after: FileEntry | undefined;
  readonly bytes: number;
}

const boot = sdx6x.bootImage;

/** Looks at every file that is new or changed, and at keys, certificates, kernel modules and the boot image even when they did not change. */
export async function lookInside(
  source: OpenBuild,
  target: OpenBuild,
  options: {
    readonly onProgress: OnProgress;
    readonly signal?: AbortSignal | undefined;
    /** Where the source has an earlier form of a file that is new at its path. */
    readonly earlier: ReadonlyMap<BuildPath, BuildPath>;
    /** Given every file that is new or changed, when it was looked into. */
    readonly sizes: Pick<PlanSizes, 'see'>;
  },
): Promise<InsideFacts> {
  const inner = new Map<BuildPath, Inner>();
  const security: SecurityFinding[] = [];
  const certificatesBefore: Certificate[] = [];
  const certificatesAfter: Certificate[] = [];
  const modules = new Map<BuildPath, string>();
  // recovery.img is often boot.img, and hard links become copies in a zip: the same pair of contents is looked into once
  const seen = new Map<string, Inner>();
  let kernel: string | undefined;
  /** Whether the bytes were given away. */
  const inspect = async (
    { path, before, after }: Work,
    old: Bytes | undefined,
    now: Bytes | undefined,
  ): Promise<boolean> => {
    if (old !== undefined) certificatesBefore.push(...certificatesIn(path, old));
    if (after === undefined || now === undefined) return false;
    certificatesAfter.push(...certificatesIn(path, now));
    if (path === boot) kernel = kernelRelease(now);
    const release = isModule(path) ? moduleRelease(now) : undefined;
    if (release !== undefined) modules.set(path, release);
    security.push(...contentFindings(path, old, now));
    if (before?.content.sha1 === after.content.sha1) return false;
    const key = `${before?.content.sha1 ?? ''} ${after.content.sha1} ${nameKind(path)}`;
    const known = seen.get(key) ?? (await compareContents(displayName(path), old, now));
    if (after.content.size > 0) seen.set(key, known);
    inner.set(path, before === undefined || before.path === path ? known : comparedWith(before.path, known));
    if (inSystem(path) || path === boot) security.push(...innerFindings(path, known));
    const base = before === undefined || old === undefined ? undefined : { path: before.path, bytes: old };
    await options.sizes.see({ path, sha1: after.content.sha1, target: now, base });
    return true;
  };
  const work = workOf(source, target, options.earlier);
  const totalBytes = work.reduce((sum, { bytes }) => sum + bytes, 0);
  let doneBytes = 0;
  for (const [i, each] of work.entries()) {
    options.signal?.throwIfAborted();
    const { path, before, after, bytes } = each;
    const item = displayName(path);
    options.onProgress({ stage: 'audit', doneBytes, totalBytes, doneItems: i, totalItems: work.length, item });
    doneBytes += bytes;
    const changed = after !== undefined && before?.content.sha1 !== after.content.sha1;
    if (Math.max(before?.content.size ?? 0, after?.content.size ?? 0) > largestComparedBytes) {
      if (changed) inner.set(path, tooLarge());
      continue;
    }
    const [old, now] = await readSides(source, target, each);
    const isGiven = await inspect(each, old, now);
    if (!isGiven) discard(...[old, now].filter((side) => side !== undefined));
  }
  options.onProgress({
    stage: 'audit',
    doneBytes: totalBytes,
    totalBytes,
    doneItems: work.length,
    totalItems: work.length,
  });
  for (const [path, entry] of target.build.entries) {
    const isNew = entry.kind !== 'directory' && !source.build.entries.has(path);
    if (isNew && inSystem(path)) security.push(...startLinkFinding(path));
  }
  return { inner, security, certificatesBefore, certificatesAfter, kernel, modules };
}

function workOf(
  { build: source }: OpenBuild,
  { build: target }: OpenBuild,
  earlier: ReadonlyMap<BuildPath, BuildPath>,
): readonly Work[] {
  const work: Work[] = [];
  const add = (path: BuildPath, before: FileEntry | undefined, after: FileEntry | undefined): void => {
    const same = before?.content.sha1 === after?.content.sha1;
    work.push({
      path,
      before,
      after,
      bytes: same ? (after?.content.size ?? 0) : (before?.content.size ?? 0) + (after?.content.size ?? 0),
    });
  };
  for (const [path, entry] of target.entries) {
    if (entry.kind !== 'file') continue;
    const other = source.entries.get(path) ?? source.entries.get(earlier.get(path) ?? path);
    const before = other?.kind === 'file' ? other : undefined;
    const same = before?.content.sha1 === entry.content.sha1;
    if (!same || isCredentialName(path) || path === boot || isModule(path)) add(path, before, entry);
  }
  for (const [path, entry] of source.entries) {
    // of what is gone only certificates matter: one that merely moved is not new
    if (entry.kind === 'file' && target.entries.get(path)?.kind !== 'file' && isCredentialName(path))
      add(path, entry, undefined);
  }
  return work;
}

async function readSides(
  source: OpenBuild,
  target: OpenBuild,
  { path, before, after }: Work,
): Promise<readonly [Bytes | undefined, Bytes | undefined]> {
  const now = after === undefined ? undefined : await target.content.read(path);
  if (before === undefined) return [undefined, now];
  return [before.content.sha1 === after?.content.sha1 ? now : await source.content.read(before.path), now];
}

function comparedWith(path: BuildPath, inner: Inner): Inner {
  return { ...inner, notes: [`compared with ${displayName(path)} of the source`, ...(inner.notes ?? [])] };
}

function tooLarge(): Inner {
  return {
    kind: 'binary',
    summary: 'large file',
    notes: [`not looked into: it is larger than ${largestComparedBytes} bytes`],
  };
}

function isModule(path: BuildPath): boolean {
  return path.endsWith('.ko');
}

/** What an inspector may take from the name: only files whose names mean the same share a result. */
function nameKind(path: BuildPath): string {
  const text = /(^|\/)etc\/|\.(conf|prop|service|socket|rules|py|pl|pm|mbn|mdt|b\d\d|gz|tgz)$/i.test(path);
  return text ? path : '';
}
