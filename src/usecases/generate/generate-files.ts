/** Makes packages from files: opens the builds and the lists, fills in what was not asked for, one package for each source. */
import { join } from 'node:path';
import type { Build } from '../../model/build.js';
import type { EngineComparison } from '../../model/engine-comparison.js';
import { InputError, UsageError } from '../../model/errors.js';
import type { PackageRecord, RecordedConfiguration } from '../../model/package-record.js';
import type { PatchMaker } from '../../model/patch-maker.js';
import { displayName } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import type { SoftwareSummary } from '../../model/software.js';
import { openReferenceEngine } from '../../reference/reference-engine.js';
import { holdOutputsApart, type OutputPath } from '../hold-apart.js';
import { namedBuild } from '../name-builds.js';
import {
  type BuildName,
  type Lists,
  type OpenInputs,
  type ReadingOptions,
  readLists,
  withBuild,
} from '../open-inputs.js';
import { makeSbom, type Sbom, type SbomOptions } from '../software/sbom.js';
import { compareEngines } from './compare-engines.js';
import { type CompanionFile, type Generated, type GenerateOptions, generateBegun } from './generate.js';
import { type HeadStart, headStart } from './head-start.js';
import { cacheFolder } from './open-cache.js';
import { type ProvenanceOptions, packageRecord, provenanceFile, recordFile } from './record.js';

export type { SbomOptions } from '../software/sbom.js';
export { generateDefaults, patchCacheFolder } from './generate-defaults.js';
export type { ProvenanceOptions } from './record.js';

/** What is made from what, and how: plain data. */
export interface GenerateRequest extends GenerateOptions, ReadingOptions {
  /** One package is made for each: a path, or a version in an archive. */
  readonly sources: readonly BuildName[];
  readonly target: BuildName;
  /** Folder of the list files; the starter lists without it. */
  readonly lists?: string | undefined;
  /** The package; with several sources a folder, in which each package is named after its source's revision. */
  readonly output: string;
  /** Makes and proves, after each package, the one that leads back: `update.rollback.zip` beside `update.zip`. */
  readonly withRollback?: boolean | undefined;
  /** The configuration that it came from, for the record. */
  readonly configuration?: RecordedConfiguration | undefined;
  /** Writes the record of each package beside it, as `<package>.json`. */
  readonly record?: boolean | undefined;
  /** Writes a statement of provenance, for a single source. */
  readonly provenance?: ProvenanceOptions | undefined;
  /** Writes a list of the packages of opkg and dpkg that changed, for a single source. */
  readonly sbom?: SbomOptions | undefined;
  /** Encodes each patched file again with our encoders and with the package bsdiff-node, and tells sizes and times. */
  readonly compareEngines?: boolean | undefined;
  /** What the caller writes afterwards, such as the plan: held apart from the inputs and the package. */
  readonly otherOutputs?: readonly OutputPath[] | undefined;
}

/** The ports of all, and who is told of each package as soon as it has its name. */
export interface GeneratePorts extends Ports {
  readonly onGenerated?: ((source: Build, generated: Generated) => void) | undefined;
  /** What is to be done with each package that leads forward while both builds are still open. */
  readonly whileOpen?: ((inputs: OpenInputs, made: GeneratedFrom) => Promise<void>) | undefined;
}

/** A package and the build that it starts from. */
export interface GeneratedFrom {
  readonly source: Build;
  readonly target: Build;
  readonly generated: Generated;
  readonly comparison?: EngineComparison | undefined;
  /** What changed between the packages of both builds, where a list of them was written. */
  readonly software?: SoftwareSummary | undefined;
}

/**
 * Makes a package for each source, in the order given; the target is read once. With `withRollback` those that lead back come after them, in the same order. Throws as generatePackage does: then
 * the packages that were finished before stay.
 */
export async function generateFiles(
  given: GenerateRequest,
  ports: GeneratePorts = {},
): Promise<readonly GeneratedFrom[]> {
  const request = await withNamed(given);
  const { sources } = request;
  const single = sources.length === 1;
  await holdRequestApart(request, { role: 'the output', path: request.output, kind: single ? 'file' : 'folder' });
  const lists = await readLists(request.lists);
  // A package that is not there is told before anything is made.
  const engine = request.compareEngines === true ? await openReferenceEngine({ signal: ports.signal }) : undefined;
  const ahead = single ? headStart(request, lists.rules, ports) : undefined;
  let made: readonly GeneratedFrom[];
  try {
    made = await withTarget(request, { lists, ahead, engine }, ports);
  } finally {
    await ahead?.close();
    await engine?.close();
  }
  return request.withRollback === true ? [...made, ...(await waysBack(request, made, ports))] : made;
}

/** The packages that lead back, one for each that leads forward: what was made before stays where one of them fails. */
async function waysBack(
  request: GenerateRequest,
  made: readonly GeneratedFrom[],
  ports: GeneratePorts,
): Promise<readonly GeneratedFrom[]> {
  const back: GeneratedFrom[] = [];
  for (const [at, { generated }] of made.entries()) {
    const source = request.sources[at];
    if (source === undefined) throw new Error('a package without a source');
    const turned: GenerateRequest = {
      ...request,
      sources: [request.target],
      target: source,
      output: rollbackName(generated.output.file),
      // It is meant to lead to the earlier version.
      allow: [...new Set([...(request.allow ?? []), 'builds-swapped' as const])],
      withRollback: false,
      provenance: undefined,
      sbom: undefined,
      compareEngines: false,
      otherOutputs: [],
    };
    back.push(...(await generateFiles(turned, { ...ports, whileOpen: undefined })));
  }
  return back;
}

/** `update.rollback.zip` beside `update.zip`. */
export function rollbackName(output: string): string {
  return `${output.replace(/\.zip$/i, '')}.rollback.zip`;
}

interface Prepared {
  readonly lists: Lists;
  readonly ahead: HeadStart | undefined;
  readonly engine: PatchMaker | undefined;
}

function withTarget(
  request: GenerateRequest,
  { lists, ahead, engine }: Prepared,
  ports: GeneratePorts,
): Promise<readonly GeneratedFrom[]> {
  const { sources } = request;
  const single = sources.length === 1;
  return withBuild(request.target, 'target', request, { ...ports, early: ahead?.target }, async (target) => {
    const made: GeneratedFrom[] = [];
    const names = new Map<string, string>();
    for (const name of sources) {
      await withBuild(name, 'source', request, { ...ports, early: ahead?.source }, async (source) => {
        const output = single ? request.output : join(request.output, packageName(source.build, names));
        if (!single) await holdRequestApart(request, { role: 'the output', path: output, kind: 'file' });
        const inputs = {
          source: source.build,
          target: target.build,
          sourceName: name,
          targetName: request.target,
          listsFolder: request.lists,
          lists: lists.files,
          options: request,
        };
        const parts = new Set(request.parts);
        const sbom = request.sbom && (await makeSbom(source, target, parts, request.sbom, ports.signal));
        const generated = await generateBegun(
          { source, target, ...lists, findings: [...lists.findings, ...(sbom?.findings ?? [])] },
          { ...request, output },
          { ...ports, beside: async (made) => filesBeside(request, output, packageRecord(inputs, made), sbom) },
          ahead,
        );
        ports.onGenerated?.(source.build, generated);
        const { effort } = request.encoding;
        const compared = { source, target, plan: generated.plan, effort };
        const comparison = engine && (await compareEngines(compared, engine, ports));
        const from = { source: source.build, target: target.build, generated, comparison, software: sbom?.summary };
        await ports.whileOpen?.({ source, target, ...lists }, from);
        made.push(from);
      });
    }
    return made;
  });
}

/** The request with each build by its own name. */
async function withNamed(request: GenerateRequest): Promise<GenerateRequest> {
  const sources: BuildName[] = [];
  for (const source of request.sources) sources.push(await namedBuild(source));
  return { ...request, sources, target: await namedBuild(request.target) };
}

/** What is asked for beside the package. */
function filesBeside(
  { record: wanted, provenance }: GenerateRequest,
  output: string,
  record: PackageRecord,
  sbom: Sbom | undefined,
): readonly CompanionFile[] {
  return [
    ...(wanted === true ? [recordFile(output, record)] : []),
    ...(provenance === undefined ? [] : [provenanceFile(provenance, record)]),
    ...(sbom?.file === undefined ? [] : [sbom.file]),
  ];
}

/** Throws UsageError when what is written would cost one of the inputs, or another output. */
async function holdRequestApart(request: GenerateRequest, output: OutputPath): Promise<void> {
  const { sources, target, companion, lists, encoding, provenance, sbom, otherOutputs = [] } = request;
  for (const [what, wanted] of [
    ['a statement of provenance', provenance],
    ['a list of packages', sbom],
  ] as const) {
    if (wanted === undefined || sources.length <= 1) continue;
    throw new UsageError({ code: 'builds', message: `${what} is about one package: give a single source` });
  }
  const cache = cacheFolder(encoding.cache);
  await holdOutputsApart(
    {
      whole: [
        ...sources.map((source): [string, string] =>
          typeof source === 'string' ? ['the source', source] : ['the archive', source.archive],
        ),
        typeof target === 'string' ? ['the target', target] : ['the archive', target.archive],
        ['the companion', companion],
      ],
      lists,
    },
    [
      output,
      ...(request.record === true && output.kind === 'file'
        ? [{ role: 'the record', path: `${output.path}.json`, kind: 'file' } as const]
        : []),
      ...(request.withRollback === true && output.kind === 'file'
        ? [{ role: 'the package that leads back', path: rollbackName(output.path), kind: 'file' } as const]
        : []),
      ...(provenance === undefined ? [] : [{ role: 'the provenance', path: provenance.path, kind: 'file' } as const]),
      ...(sbom === undefined ? [] : [{ role: 'the list of packages', path: sbom.path, kind: 'file' } as const]),
      ...otherOutputs,
      ...(cache === undefined ? [] : [{ role: 'the cache', path: cache, kind: 'store' } as const]),
    ],
  );
}

/** `update-from-<revision>.zip`, in letters that every file system takes. Two sources of one revision are refused. */
function packageName(source: Build, names: Map<string, string>): string {
  const revision = source.projectVersion?.revision;
  if (revision === undefined) {
    throw new InputError({
      code: 'source-without-revision',
      place: { file: source.origin },
      message: 'with several sources each needs a project revision, because its package is named after it',
      remedy: 'give this source alone, with --output',
    });
  }
  const name = `update-from-${displayName(revision).replace(/[^A-Za-z0-9._-]/g, '_')}.zip`;
  const other = names.get(name);
  if (other !== undefined) {
    throw new UsageError({
      code: 'sources-alike',
      place: { file: source.origin },
      message: `it has the same project revision as ${other}, so the packages would have one name`,
      remedy: 'give these sources one by one, with --output',
    });
  }
  names.set(name, source.origin);
  return name;
}
