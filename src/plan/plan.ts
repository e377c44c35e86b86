import type { Build, Entry } from '../model/build.js';
import type { Decision } from '../model/decision.js';
import type { Sha1 } from '../model/digest.js';
import type { Finding } from '../model/finding.js';
import { inSystem } from '../model/layout.js';
import type { ListRules } from '../model/list-rules.js';
import type { DeltaOperation } from '../model/operation.js';
import type { Part } from '../model/parts.js';
import { type BuildPath, displayName } from '../model/path.js';
import type { BootUpdate, DeltaPlan } from '../model/plan.js';
import { baseFinder, type Levers } from './bases.js';
import { comparePaths, sameThing } from './compare.js';
import { decidePath } from './decide.js';
import { outcomeOf } from './outcome.js';
import { bootPartition, imagePartition, systemPartition } from './partitions.js';
import { type ChmodPlacement, effectiveOwnership, planPermissions, type SkippedRule } from './permissions.js';
import type { PermissionFamily } from './permissions-reduce.js';
import { refuseImpossibleKeeps, scopeOf } from './scope.js';
import type { Sketch } from './sketch.js';
import { withUpdatedBases } from './updated-bases.js';
import { vanishingDirectories } from './vanishing.js';

/** Everything that decides a plan. */
export interface PlanRequest {
  readonly source: Build;
  readonly target: Build;
  readonly rules: ListRules;
  readonly parts: ReadonlySet<Part>;
  readonly bootUpdate: BootUpdate;
  readonly permissions: PermissionFamily;
  readonly chmod: ChmodPlacement;
  readonly levers: Levers;
  /** By content digest, for the files that {@link contentsToSketch} names. */
  readonly sketches: ReadonlyMap<Sha1, Sketch>;
}

/**
 * Decides what becomes of every path. Pure. Throws an InputError where the noota list asks for the impossible.
 */
export function planDelta(request: PlanRequest): DeltaPlan {
  const { source, target, rules, parts } = request;
  const scope = scopeOf(rules, parts);
  refuseImpossibleKeeps(source, target, scope);
  const boot = bootPartition(target);
  const system = systemPartition(target);
  const context = {
    source,
    target,
    scope,
    finder: baseFinder(source, target, scope, request.levers, request.sketches),
    vanishing: vanishingDirectories(source, target, scope),
    imageRules: new Map(rules.images.toReversed().map((rule) => [rule.image, rule])),
    partitionOf: (rule: (typeof rules.images)[number]) => imagePartition(rule, boot.partition),
    boot: boot.partition,
    wholeBoot: request.bootUpdate === 'whole',
  };
  const decisions = new Map<BuildPath, Decision<DeltaOperation>>();
  for (const pair of comparePaths(source, target)) decisions.set(pair.path, decidePath(pair, context));
  const { crossBases, basesPerFile } = request.levers;

  const raw = outcomeOf(source, target, scope);
  const ownerships = effectiveOwnership(raw, rules.permissions, scope.touches);
  const outcome = new Map<BuildPath, Entry>();
  for (const [path, entry] of raw) {
    const ownership = ownerships.get(path);
    outcome.set(path, entry.kind === 'link' || ownership === undefined ? entry : { ...entry, ownership });
  }
  const permissions = planPermissions({
    entries: raw,
    rules: rules.permissions,
    covered: scope.touches,
    family: request.permissions,
    chmod: request.chmod,
  });
  return {
    state: 'delta',
    parts,
    bootUpdate: request.bootUpdate,
    sourceVersion: source.projectVersion,
    targetVersion: target.projectVersion,
    sourceMisc: source.misc,
    targetMisc: target.misc,
    boot: boot.partition,
    system: system.partition,
    decisions: crossBases ? withUpdatedBases(decisions, request.sketches, basesPerFile) : decisions,
    outcome,
    permissions: permissions.statements,
    findings: [
      ...boot.findings,
      ...system.findings,
      ...permissions.skipped.map(skippedRowFinding),
      ...nothingToDo(decisions, parts),
    ],
  };
}

/** The files whose content the search for bases would like to know: new or changed in the target, and in the source all that such a file may be made from. */
export function contentsToSketch(
  source: Build,
  target: Build,
  rules: ListRules,
  parts: ReadonlySet<Part>,
  { crossBases }: Pick<Levers, 'crossBases'>,
): { readonly source: readonly BuildPath[]; readonly target: readonly BuildPath[] } {
  const scope = scopeOf(rules, parts);
  const worthIt = (path: BuildPath, entry: Entry): boolean =>
    entry.kind === 'file' && mayBeSketched(path, entry.content.size) && scope.touches(path);
  const known = new Set<Sha1>();
  for (const entry of source.entries.values()) if (entry.kind === 'file') known.add(entry.content.sha1);
  const differing = [...target.entries].filter(
    ([path, entry]) => entry.kind === 'file' && !known.has(entry.content.sha1) && worthIt(path, entry),
  );
  const isNew = (path: BuildPath): boolean => source.entries.get(path)?.kind !== 'file';
  const wanted = crossBases ? differing : differing.filter(([path]) => isNew(path));
  // What is new may be made from any file; what changed, from itself or from another file of the target.
  const fromAny = wanted.some(([path]) => isNew(path));
  const changed = new Set(wanted.map(([path]) => path));
  const sources = [...source.entries].filter(([path, entry]) => (fromAny || changed.has(path)) && worthIt(path, entry));
  return { source: sources.map(([path]) => path), target: wanted.map(([path]) => path) };
}

/** Below this, in bytes, a file is found by its name or sent whole: its patch would hardly be smaller. */
const smallestSketched = 512;

/** Whether a file is one of those that are sketched, as far as path and size tell. */
export function mayBeSketched(path: BuildPath, size: number): boolean {
  return size >= smallestSketched && inSystem(path);
}

function skippedRowFinding({ rule, reason }: SkippedRule): Finding {
  const why = {
    'not-there': 'names nothing that is on the device after the update',
    'not-a-file': 'names a file, but the path is a directory or a link',
    'not-a-folder': 'names a folder, but the path is none',
    'not-covered': 'names only paths that this package does not touch',
  };
  const codes = {
    'not-there': 'chmod-row-not-there',
    'not-a-file': 'chmod-row-not-a-file',
    'not-a-folder': 'chmod-row-not-a-folder',
    'not-covered': 'chmod-row-not-covered',
  } as const;
  return {
    severity: reason === 'not-covered' ? 'information' : 'warning',
    code: codes[reason],
    place: { file: rule.at.file, line: rule.at.line },
    message: `the row ${why[reason]}`,
    found: displayName(rule.text),
    remedy: reason === 'not-a-file' ? 'end the path of a folder with a slash' : 'correct the path or take the row out',
  };
}

function nothingToDo(
  decisions: ReadonlyMap<BuildPath, Decision<DeltaOperation>>,
  parts: ReadonlySet<Part>,
): readonly Finding[] {
  for (const { operations, change, part } of decisions.values())
    if (operations.length > 0 || (change === 'mode-only' && part !== undefined && parts.has(part))) return [];
  return [
    {
      severity: 'warning',
      code: 'nothing-to-update',
      message: 'the chosen parts are the same in both builds: the package will change nothing',
      remedy: 'check that the right target and the right parts were given',
    },
  ];
}

/** Whether an outcome equals what a build holds below SYSTEM; for tests and for the replay check. */
export function sameTree(a: ReadonlyMap<BuildPath, Entry>, b: ReadonlyMap<BuildPath, Entry>): readonly BuildPath[] {
  const differing: BuildPath[] = [];
  for (const path of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(path), b.get(path)];
    if (x === undefined || y === undefined || !sameThing(x, y)) differing.push(path);
  }
  return differing;
}
