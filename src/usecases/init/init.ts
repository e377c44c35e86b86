/** Writes a configuration for the builds of a folder, and with `updateGen` the maker's folder: `dfota init`. */
import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBounded } from '../../files/bounded-read.js';
import { writeBytes, writeText } from '../../files/output.js';
import { asInputError } from '../../files/system-error.js';
import { listFileNames } from '../../input/lists/list-file-names.js';
import { versionOf } from '../../input/version-of.js';
import { type Fault, InputError } from '../../model/errors.js';
import type { Initiation } from '../../model/initiation.js';
import { largestListBytes } from '../../model/limits.js';
import { compareNaturally } from '../../model/natural-order.js';
import { configurationNames } from '../configuration/open-configuration.js';
import { listFilesIn } from '../find-lists.js';
import { listPath } from '../open-inputs.js';
import { configurationFile } from './configuration-text.js';
import { updateGenScript } from './update-gen-script.js';

/** What is to be written: plain data. */
export interface InitRequest {
  /** The folder of the builds; the configuration is written into it. */
  readonly folder: string;
  /** The maker's folder too: v1/, v2/, the lists, update_gen.sh. */
  readonly updateGen?: boolean | undefined;
  /** Name of the product; the project of the builds without it. */
  readonly product?: string | undefined;
}

const script = 'update_gen.sh';
const program = fileURLToPath(new URL('../../../../bin/update_gen.js', import.meta.url));
const configurationName = configurationNames[0];

/** Writes the files. Throws InputError where one of them is there already; what was begun is taken away when a later one fails. */
export async function init({ folder, updateGen, product }: InitRequest): Promise<Initiation> {
  for (const name of [...configurationNames, ...(updateGen === true ? [script] : [])])
    await refuseExisting(folder, name);
  const { builds, unreadable } = await buildsIn(folder);
  const known = await listFilesIn(folder);
  const [target, source] = [builds.at(-1), builds.at(-2)];
  const name = product ?? productName(target?.project);
  const written: string[] = [];
  try {
    if (updateGen === true) {
      for (const part of ['v1', 'v2']) {
        if ((await mkdir(join(folder, part), { recursive: true })) !== undefined) written.push(part);
      }
      for (const list of Object.values(listFileNames).filter((each) => !known.includes(each))) {
        const options = { limit: largestListBytes, code: 'list-too-large', what: 'a list' } as const;
        await writeBytes(join(folder, list), await readBounded(listPath(undefined, list), options));
        written.push(list);
      }
      await writeText(join(folder, script), updateGenScript(program));
      written.push(script);
      await chmod(join(folder, script), 0o755);
    }
    const pair =
      updateGen === true && builds.length === 0
        ? { source: 'v1/targetfiles.zip', target: 'v2/targetfiles.zip' }
        : { source: source?.path ?? (builds.length === 1 ? target?.path : undefined), target: source && target?.path };
    const lists = updateGen === true || known.length > 0 ? '.' : undefined;
    await writeText(join(folder, configurationName), configurationFile({ product: name, ...pair, lists }));
    return {
      folder,
      product: name,
      ...pair,
      unreadable,
      files: [...written, configurationName],
      kept: updateGen === true ? known : [],
    };
  } catch (error) {
    for (const each of written.reverse()) await rm(join(folder, each), { recursive: true, force: true });
    throw error;
  }
}

async function refuseExisting(folder: string, name: string): Promise<void> {
  const file = join(folder, name);
  if ((await lstat(file).catch(() => undefined)) === undefined) return;
  throw new InputError({
    code: 'init-exists',
    place: { file },
    message: 'there is a file of this name already, and it stays as it is',
    remedy: 'remove it first, or write into another folder',
  });
}

/** Builds that lie in the folder or one below it, the oldest version first, and the zips that cannot be read; one that says no version is left out. */
async function buildsIn(folder: string) {
  const found: { readonly path: string; readonly revision: string; readonly project: string | undefined }[] = [];
  const unreadable: { readonly path: string; readonly faults: readonly Fault[] }[] = [];
  for (const entry of await namesIn(folder)) {
    for (const path of [join(entry, 'targetfiles.zip'), entry]) {
      if (!path.endsWith('.zip')) continue;
      const version = await versionOf(join(folder, path)).catch((error: unknown) => {
        if (!(error instanceof InputError)) throw error;
        // Of names that are only tried, most are not there.
        if (error.faults.some(({ code }) => code !== 'input-missing')) unreadable.push({ path, faults: error.faults });
        return undefined;
      });
      if (version?.revision !== undefined) found.push({ path, revision: version.revision, project: version.project });
    }
  }
  return { builds: found.sort((a, b) => compareNaturally(a.revision, b.revision)), unreadable };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw asInputError(error, folder);
  }
}

function productName(project: string | undefined): string {
  const name = (project ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'module' : name;
}
