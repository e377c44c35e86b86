/** The only place that opens builds and lists, and that closes the builds again. */
import { readLists } from '../input/lists/read-lists.js';
import { type OpenBuildOptions, openBuild } from '../input/open-build.js';
import type { Modes } from '../input/ownership.js';
import type { OpenBuild } from '../model/build.js';
import type { Sha256 } from '../model/digest.js';
import type { Finding } from '../model/finding.js';
import type { ListRules } from '../model/list-rules.js';
import type { Ports } from '../model/ports.js';
import type { MadeBeside } from '../model/tree.js';
import { openFromArchive } from './archive/open.js';
import type { ArchiveCopies } from './archive/remote.js';

export type { Role } from '../input/layout.js';
export { type ListFile, type Lists, listPath, readLists } from '../input/lists/read-lists.js';
export { type OpenBuildOptions, openBuild } from '../input/open-build.js';
export type { Modes } from '../input/ownership.js';

/** Where the inputs are. */
export interface InputPaths extends ReadingOptions {
  /** targetfiles.zip, or a folder of that layout, of the firmware that runs on the module. */
  readonly source: string;
  readonly target: string;
  /** Folder of the list files; the starter lists without it. */
  readonly lists?: string | undefined;
}

/** Where a build is: its path, or an archive and the version in it. */
export type BuildName = string | ArchivedName;

/** A version in an archive, which is a folder or the address of one; with the digest of its build nothing else will do, and it is found at once. */
export interface ArchivedName {
  readonly archive: string;
  readonly version: string;
  readonly digest?: Sha256 | undefined;
  /** Of names, kinds, contents and modes. */
  readonly content?: Sha256 | undefined;
  /** What is kept here of an archive on a server. */
  readonly copies?: ArchiveCopies | undefined;
}

/** How builds are read. */
export interface ReadingOptions {
  readonly modes: Modes;
  /** For raw images: a targetfiles.zip with what images do not hold. */
  readonly companion?: string | undefined;
  /** Nothing is made of the builds: a single image then needs no updater beside it. */
  readonly compareOnly?: boolean | undefined;
}

/** Both builds, the lists, and what was noticed when the lists were read. */
export interface OpenInputs {
  readonly source: OpenBuild;
  readonly target: OpenBuild;
  readonly rules: ListRules;
  readonly findings: readonly Finding[];
  /** Of the list files, where the rules come from files: the package tells it. */
  readonly listsDigest?: Sha256 | undefined;
}

/** Opens one build for as long as `use` runs. */
export async function withBuild<Result>(
  name: BuildName,
  role: 'source' | 'target',
  { modes, companion, compareOnly }: ReadingOptions,
  { onProgress, signal, early, beside, threads }: Ports & Pick<OpenBuildOptions, 'early' | 'beside' | 'threads'>,
  use: (build: OpenBuild) => Promise<Result>,
): Promise<Result> {
  const options = { role, modes, companion, compareOnly, threads, onProgress, signal, early, beside };
  const build = await (typeof name === 'string'
    ? openBuild(name, options)
    : openFromArchive(name.archive, name.version, {
        ...options,
        digest: name.digest,
        content: name.content,
        copies: name.copies,
      }));
  try {
    return await use(build);
  } finally {
    await build.content.close();
  }
}

/** What is made of the files of both builds while they are read, where they are zips. The source is read first. */
export interface BesideInputs {
  readonly source: MadeBeside;
  readonly target: (source: OpenBuild) => MadeBeside;
}

/** Opens the inputs for as long as `use` runs. The lists are read first: their mistakes are told without a long wait. */
export async function withInputs<Result>(
  paths: InputPaths,
  {
    besideInputs,
    ...ports
  }: Ports & Pick<OpenBuildOptions, 'threads'> & { readonly besideInputs?: BesideInputs | undefined },
  use: (inputs: OpenInputs) => Promise<Result>,
): Promise<Result> {
  const lists = await readLists(paths.lists);
  return withBuild(paths.source, 'source', paths, { ...ports, beside: besideInputs?.source }, (source) =>
    withBuild(paths.target, 'target', paths, { ...ports, beside: besideInputs?.target(source) }, (target) =>
      use({ source, target, ...lists }),
    ),
  );
}
