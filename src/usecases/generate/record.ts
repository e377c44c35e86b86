/** What is written beside a package: its record, and its provenance. Both hold what decided about the bytes, and no clock. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { madeBy } from '../../encode/pool/encoding-key.js';
import type { CompanionFile } from '../../files/output.js';
import type { Build } from '../../model/build.js';
import { cachesCodes } from '../../model/codes/caches-codes.js';
import {
  type PackageRecord,
  type RecordedBuild,
  type RecordedConditions,
  type RecordedConfiguration,
  type RecordedList,
  recordFormat,
  recordVersion,
} from '../../model/package-record.js';
import { showParts } from '../../model/parts.js';
import { displayName } from '../../model/path.js';
import { sortFindings } from '../../report/findings.js';
import { dfotaVersion } from '../../version.js';
import type { BuildName, ReadingOptions } from '../open-inputs.js';
import type { Generated, GenerateOptions } from './generate.js';

/** Where the statement of provenance goes, and what it says of the run. */
export interface ProvenanceOptions {
  readonly path: string;
  /** Whoever runs it, as a URI. */
  readonly builder?: string | undefined;
  /** When it ran, ISO 8601 in UTC: SOURCE_DATE_EPOCH. Left out without it, so that the same run gives the same bytes. */
  readonly date?: string | undefined;
}

/** What a package was made of, and how. */
export interface RecordInputs {
  readonly source: Build;
  readonly target: Build;
  readonly sourceName: BuildName;
  readonly targetName: BuildName;
  readonly listsFolder: string | undefined;
  readonly lists: readonly RecordedList[];
  readonly options: Omit<GenerateOptions, 'output'> &
    ReadingOptions & { readonly configuration?: RecordedConfiguration | undefined };
}

function recordedBuild(build: Build, name: BuildName): RecordedBuild {
  const revision = build.projectVersion?.revision;
  const shown = typeof name === 'string' ? name : { archive: name.archive, version: name.version };
  return { name: shown, sha256: build.digest, revision: revision === undefined ? null : displayName(revision) };
}

/** What a package is held against, as its record says it. */
export function recordedConditions({ limits, verify }: Pick<GenerateOptions, 'limits' | 'verify'>): RecordedConditions {
  const { cacheSize = null, systemFree = null, usrdataFree = null, deviceMemory = null } = limits;
  const { level, profile, eraseBlock = null, properties = {}, allowedPrograms = [] } = verify;
  const sorted = Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    limits: { cacheSize, systemFree, usrdataFree, deviceMemory },
    verify: {
      level,
      profile,
      eraseBlock,
      properties: Object.fromEntries(sorted),
      allowedPrograms: [...allowedPrograms].sort(),
    },
  };
}

/** The record of a finished package. */
export function packageRecord(inputs: RecordInputs, generated: Generated): PackageRecord {
  const { source, target, options } = inputs;
  const { output, needs, verification, findings } = generated;
  const { moves, copies, crossBases, basesPerFile } = options.levers;
  const { trace: _, ...proof } = verification ?? { trace: undefined };
  return {
    format: recordFormat,
    version: recordVersion,
    tool: { dfota: dfotaVersion, engine: madeBy(generated.engine) },
    package: {
      name: basename(output.file),
      size: output.size,
      md5: output.md5,
      sha256: output.sha256,
      entries: output.entries.length,
    },
    source: recordedBuild(source, inputs.sourceName),
    target: recordedBuild(target, inputs.targetName),
    lists: { folder: inputs.listsFolder ?? null, files: inputs.lists },
    options: {
      parts: showParts(new Set(options.parts)),
      modes: options.modes,
      companion: options.companion ?? null,
      bootUpdate: options.bootUpdate,
      dialect: options.dialect,
      chmod: options.chmod,
      permissions: options.permissions ?? null,
      effort: options.encoding.effort,
      engine: options.encoding.engine ?? 'dfota',
      moves,
      copies,
      crossBases,
      basesPerFile,
      whole: options.encoding.whole === true,
      allow: options.allow ?? [],
    },
    configuration: options.configuration,
    conditions: recordedConditions(options),
    needs,
    proof: 'packageOrigin' in proof ? { ...proof, packageOrigin: basename(output.file) } : null,
    // What became of a cache decides about nothing but time.
    findings: sortFindings(findings.filter(({ code }) => !Object.hasOwn(cachesCodes, code))),
  };
}

/** The record as a file beside the package. */
export function recordFile(output: string, record: PackageRecord): CompanionFile {
  return { path: `${output}.json`, bytes: Buffer.from(`${JSON.stringify(record, null, 2)}\n`) };
}

/** An in-toto statement, version 1, with SLSA provenance, version 1. */
export function provenanceFile(
  { path, builder, date }: ProvenanceOptions,
  record: PackageRecord,
  subject: { readonly name: string; readonly sha256: string; readonly md5: string } = record.package,
): CompanionFile {
  const input = (name: string, sha256: string): object => ({ name, digest: { sha256 } });
  const { source, target, lists, options, tool } = record;
  const called = ({ name }: RecordedBuild): string =>
    typeof name === 'string' ? name : `${name.archive}#${name.version}`;
  const invocation = createHash('sha256')
    .update(JSON.stringify([record.package.sha256, options]))
    .digest('hex');
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: subject.name, digest: { sha256: subject.sha256, md5: subject.md5 } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:dfota:generate:1',
        externalParameters: { source: called(source), target: called(target), lists: lists.folder, options },
        internalParameters: { engine: tool.engine },
        resolvedDependencies: [
          input('source', source.sha256),
          input('target', target.sha256),
          ...lists.files.map(({ name, sha256 }) => input(name, sha256)),
        ],
      },
      runDetails: {
        builder: { id: builder ?? 'urn:dfota:local', version: { dfota: tool.dfota } },
        metadata: { invocationId: invocation, startedOn: date, finishedOn: date },
      },
    },
  };
  return { path, bytes: Buffer.from(`${JSON.stringify(statement, null, 2)}\n`) };
}
