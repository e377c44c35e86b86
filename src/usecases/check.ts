/**
 * Says what would go wrong before a package is shipped: the two builds and the lists, what the package needs of a
 * module's files, and a finished package, each held against what the note and experience in the field ask for.
 */

import { stat } from 'node:fs/promises';
import { kernelRelease } from '../audit/compare/boot.js';
import { checkBuilds } from '../checks/builds/check-builds.js';
import { comparedInputFindings } from '../checks/builds/compared-inputs.js';
import { checkVermagic } from '../checks/builds/kernel.js';
import { moduleRowFindings } from '../checks/builds/module-rows.js';
import { checkDeviceFiles, filesNeeded } from '../checks/device-files.js';
import { listFindings } from '../checks/lists/check-lists.js';
import { checkPackage } from '../checks/package/check-package.js';
import { checkPackageTime } from '../checks/package/time.js';
import { FormatError } from '../formats/format-error.js';
import { readModInfo, vermagicOf } from '../formats/kernel-module/modinfo.js';
import { readDeviceFiles } from '../input/device-files.js';
import { oldEntries } from '../input/zip/folder-beside.js';
import { newestEntry } from '../input/zip/newest-entry.js';
import { readZip } from '../input/zip/zip-tree.js';
import type { Build, OpenBuild } from '../model/build.js';
import type { Code } from '../model/codes.js';
import type { Finding } from '../model/finding.js';
import { sdx6x } from '../model/layout.js';
import { largestKernelModuleBytes } from '../model/limits.js';
import type { ListRules } from '../model/list-rules.js';
import type { Part } from '../model/parts.js';
import { type BuildPath, fromBytes } from '../model/path.js';
import type { Ports } from '../model/ports.js';
import { type OnProgress, silent } from '../model/progress.js';
import { planDelta } from '../plan/plan.js';
import { refuseOtherPackage } from './given-package.js';
import { guardInputs, withAllowed, withoutRepeated } from './guard-inputs.js';
import { withNamedBuilds } from './name-builds.js';
import { type InputPaths, type OpenInputs, withInputs } from './open-inputs.js';
import { recompressFindings } from './recompress-findings.js';

/** What is to be checked. */
export interface CheckRequest extends InputPaths {
  readonly parts: readonly Part[];
  /** A copy of a module's /system, or the hashes of its files. */
  readonly deviceFiles?: string | undefined;
  /** Errors of the inputs that are accepted: they become warnings. */
  readonly allow?: readonly Code[] | undefined;
  /** A finished package. */
  readonly packagePath?: string | undefined;
}

/** The builds as read, and everything that was found, in no particular order. */
export interface Checked {
  readonly source: Build;
  readonly target: Build;
  readonly findings: readonly Finding[];
}

/** Reads the inputs and checks them. Throws InputError for what cannot be read; everything else that is wrong becomes a finding. */
export async function check(given: CheckRequest, ports: Ports = {}): Promise<Checked> {
  const request = await withNamedBuilds(given);
  return withInputs(request, ports, (inputs) => checkOpened(inputs, request, ports));
}

async function checkOpened(
  inputs: OpenInputs,
  request: CheckRequest,
  { onProgress = silent, signal }: Ports,
): Promise<Checked> {
  const { source, target, rules } = inputs;
  const parts = new Set(request.parts);
  const facts = { source: source.build, target: target.build, rules, parts };
  const compared = [
    ...comparedInputFindings(source.build, target.build),
    ...moduleRowFindings(source.build, target.build, parts),
  ];
  const base = [...withoutTold(source.build), ...target.build.findings, ...inputs.findings, ...compared];
  const device =
    request.deviceFiles === undefined ? undefined : await readDeviceFiles(request.deviceFiles, { onProgress, signal });
  if (compared.some(({ code }) => code === 'same-input-twice')) {
    // There is nothing to plan; what a module holds can be compared with the source all the same.
    const files = device === undefined ? [] : checkDeviceFiles(source.build, new Map(), device);
    return { ...facts, findings: [...base, ...files] };
  }
  const plan = planDelta({
    ...facts,
    bootUpdate: 'resumable',
    permissions: 'set_perm',
    chmod: 'on-top',
    levers: { moves: true, copies: true, crossBases: false, basesPerFile: 3 },
    sketches: new Map(),
  });
  const guarded = withAllowed(await guardInputs(inputs, parts, signal), request.allow);
  const findings = [
    ...base,
    ...guarded.findings,
    ...plan.findings,
    ...listFindings(rules, source.build, target.build, parts),
  ];
  findings.push(...(await checkInputs(source, target, rules, parts, signal)));
  if (parts.has('o')) findings.push(...(await recompressFindings(source, target)));
  if (device !== undefined) findings.push(...checkDeviceFiles(source.build, filesNeeded(plan), device));
  if (request.packagePath !== undefined) {
    const found = await checkPackageFile(request.packagePath, source.build, onProgress, signal);
    for (const finding of found) findings.push(finding);
  }
  return { ...facts, findings: withoutRepeated(findings) };
}

/** A source without a version is told as an error of its own, with the code that the module will answer. */
function withoutTold(source: Build): readonly Finding[] {
  return source.findings.filter(({ code }) => code !== 'no-project-version');
}

/** The checks of two opened builds that `generate` makes as well. */
export async function checkInputs(
  source: OpenBuild,
  target: OpenBuild,
  rules: ListRules,
  parts: ReadonlySet<Part>,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const findings = [...checkBuilds({ source: source.build, target: target.build, rules, parts })];
  if (parts.has('l') || parts.has('o')) findings.push(...(await checkKernel(source.build, target, signal)));
  for (const { build, path } of [source, target]) {
    findings.push(...checkPackageTime(build, path === undefined ? undefined : await newestEntry(path)));
    if (path !== undefined && build === target.build) findings.push(...(await oldEntries(path, build)));
  }
  return findings;
}

const boot = sdx6x.bootImage;

/** Kernel modules against the kernel of the target; nothing is read where neither changed. */
async function checkKernel(
  source: Build,
  target: OpenBuild,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const modules: BuildPath[] = [];
  let changed = false;
  for (const [path, entry] of target.build.entries) {
    if (entry.kind !== 'file' || (path !== boot && !path.endsWith('.ko'))) continue;
    const before = source.entries.get(path);
    if (before?.kind !== 'file' || before.content.sha1 !== entry.content.sha1) changed = true;
    if (path !== boot && entry.content.size <= largestKernelModuleBytes) modules.push(path);
  }
  if (!changed || modules.length === 0) return [];
  const vermagic = new Map<BuildPath, string>();
  for (const path of modules) {
    signal?.throwIfAborted();
    const text = readable(await target.content.read(path), (bytes) => {
      const info = readModInfo(bytes);
      return info === undefined ? undefined : vermagicOf(info);
    });
    if (text !== undefined) vermagic.set(path, text);
  }
  const image = target.build.entries.get(boot)?.kind === 'file' ? await target.content.read(boot) : undefined;
  const release = image === undefined ? undefined : readable(image, kernelRelease);
  return checkVermagic({ origin: target.build.origin, release, vermagic });
}

/** What is read out of bytes, or nothing where they are broken: the audit tells more of such files. */
function readable(bytes: Uint8Array, read: (bytes: Uint8Array) => string | undefined): string | undefined {
  try {
    return read(bytes);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

async function checkPackageFile(
  path: string,
  source: Build,
  onProgress: OnProgress,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  await refuseOtherPackage(path);
  const tree = await readZip(path, { stage: 'inspect', onProgress, signal });
  try {
    const version = sdx6x.packageVersion;
    let unpackedBytes = 0;
    for (const node of tree.nodes.values()) if (node.kind === 'file') unpackedBytes += node.content.size;
    const projectVersion = tree.nodes.get(version)?.kind === 'file' ? fromBytes(await tree.read(version)) : undefined;
    const { size } = await stat(path);
    return [...tree.findings, ...checkPackage({ origin: path, bytes: size, unpackedBytes, projectVersion }, source)];
  } finally {
    await tree.close();
  }
}
