/** Makes a package again out of its record, and says whether the bytes are the same: `dfota reproduce`. */
import { dirname, join } from 'node:path';
import { openPackage, UnreadablePackage } from '../../device/zip-reader.js';
import { madeBy } from '../../encode/pool/encoding-key.js';
import { systemCode } from '../../files/system-error.js';
import { withTemporaryFolder } from '../../files/temporary.js';
import { mostEntryDifferencesShown } from '../../model/limits/signing.js';
import type { PackageRecord, RecordedList, Reproduction } from '../../model/package-record.js';
import { displayName } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import { dfotaVersion } from '../../version.js';
import { generatePackage } from '../generate/generate.js';
import { generateDefaults } from '../generate/generate-defaults.js';
import { holdOutputsApart } from '../hold-apart.js';
import { type BuildName, type OpenInputs, readLists, withBuild } from '../open-inputs.js';
import { type ReadRecord, readRecord } from './read-record.js';

/** Which package is made again; what is given stands in for what the record names: plain data. */
export interface ReproduceRequest {
  /** `update.zip.json`. */
  readonly record: string;
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly lists?: string | undefined;
  readonly companion?: string | undefined;
  /** Keeps the package that is made, the same or not. */
  readonly output?: string | undefined;
  readonly jobs?: number | undefined;
}

/**
 * Makes the package without proof and without patches of earlier runs. Paths of the record are taken as they were given. What is different is in the result;
 * thrown is InputError for what cannot be read.
 */
export async function reproduce(request: ReproduceRequest, ports: Ports = {}): Promise<Reproduction> {
  await holdRequestApart(request, request);
  const record = await readRecord(request.record);
  const source: BuildName = request.source ?? record.source.name;
  const target: BuildName = request.target ?? record.target.name;
  const companion = request.companion ?? record.companion;
  const folder = request.lists ?? record.lists.folder;
  await holdRequestApart(request, { source, target, companion, lists: folder });
  const lists = await readLists(folder);
  const reading = { modes: record.modes, companion };
  return withBuild(source, 'source', reading, ports, (from) =>
    withBuild(target, 'target', reading, ports, (to) =>
      make(request, record, { source: from, target: to, ...lists }, lists.files, ports),
    ),
  );
}

interface InputNames {
  readonly source?: BuildName | undefined;
  readonly target?: BuildName | undefined;
  readonly companion?: string | undefined;
  readonly lists?: string | undefined;
}

/** What is given is held apart before the record is read, what the record names before that is read. */
async function holdRequestApart(request: ReproduceRequest, inputs: InputNames): Promise<void> {
  const { source, target } = inputs;
  await holdOutputsApart(
    {
      whole: [
        ['the record', request.record],
        ['the source', typeof source === 'object' ? source.archive : source],
        ['the target', typeof target === 'object' ? target.archive : target],
        ['the companion', inputs.companion],
      ],
      lists: inputs.lists,
    },
    request.output === undefined ? [] : [{ role: 'the output', path: request.output, kind: 'file' }],
  );
}

async function make(
  request: ReproduceRequest,
  record: ReadRecord,
  inputs: OpenInputs,
  lists: readonly RecordedList[],
  ports: Ports,
): Promise<Reproduction> {
  const expected = { sha256: record.package.sha256, size: record.package.size };
  const other = inputDifferences(record, inputs, lists);
  if (other.length > 0) return { record: request.record, same: false, expected, differences: other };
  const run = async (output: string): Promise<Reproduction> => {
    const { effort, whole, engine, ...options } = record.options;
    const { output: made, engine: maker } = await generatePackage(
      inputs,
      {
        ...options,
        output,
        encoding: { effort, whole, engine, jobs: request.jobs },
        limits: {},
        verify: { ...generateDefaults.verify, level: 'off' },
      },
      ports,
    );
    const same = made.sha256 === expected.sha256;
    const differences = same
      ? []
      : [
          ...toolDifferences(record.tool, madeBy(maker)),
          ...(await entryDifferences(join(dirname(request.record), record.package.name), output)),
        ];
    return { record: request.record, same, expected, made: { sha256: made.sha256, size: made.size }, differences };
  };
  if (request.output !== undefined) return run(request.output);
  return withTemporaryFolder('dfota-reproduce', (folder) => run(join(folder, 'update.zip')));
}

function inputDifferences(
  record: ReadRecord,
  { source, target }: OpenInputs,
  lists: readonly RecordedList[],
): readonly string[] {
  const differences: string[] = [];
  const compare = (what: string, found: string | undefined, expected: string | undefined): void => {
    if (found === expected) return;
    differences.push(`${what} is another: ${found ?? 'nothing'}, the record has ${expected ?? 'nothing'}`);
  };
  compare('the source', source.build.digest, record.source.sha256);
  compare('the target', target.build.digest, record.target.sha256);
  for (const name of new Set([...lists, ...record.lists.files].map((list) => list.name))) {
    const of = (files: readonly RecordedList[]) => files.find((file) => file.name === name)?.sha256;
    compare(`the list ${name}`, of(lists), of(record.lists.files));
  }
  return differences;
}

function toolDifferences(tool: PackageRecord['tool'], engine: string): readonly string[] {
  const differences: string[] = [];
  if (tool.dfota !== dfotaVersion) differences.push(`dfota is ${dfotaVersion}, the record has ${tool.dfota}`);
  if (tool.engine !== engine) differences.push(`the engine is ${engine}, the record has ${tool.engine}`);
  return differences;
}

/** Entry by entry, where the package that the record is of still stands beside it. */
async function entryDifferences(original: string, made: string): Promise<readonly string[]> {
  const [before, after] = [await rowsOf(original), await rowsOf(made)];
  if (before === undefined || after === undefined) return [];
  const differences: string[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [one, two] = [before.get(name), after.get(name)];
    const entry = displayName(name);
    if (one === undefined || two === undefined)
      differences.push(`${entry} is in ${one === undefined ? 'the new' : 'the recorded'} package only`);
    else if (one !== two) differences.push(`${entry} is another: ${two}, recorded ${one}`);
  }
  const more = differences.length - mostEntryDifferencesShown;
  return more > 0 ? [...differences.slice(0, mostEntryDifferencesShown), `and ${more} more entries`] : differences;
}

async function rowsOf(path: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const reader = await openPackage(path);
    await reader.close();
    return new Map(
      [...reader.rows].map(([name, { size, packedSize, crc }]) => [
        name,
        `${size} bytes, packed ${packedSize}, CRC ${crc.toString(16)}`,
      ]),
    );
  } catch (error) {
    if (error instanceof UnreadablePackage || systemCode(error) !== undefined) return undefined;
    throw error;
  }
}
