/** Packs what a maintainer needs to look at a failure: `dfota support`. Of the firmware only names, sizes and metadata, unless it is asked for. */
import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBounded } from '../../files/bounded-read.js';
import { writeBytes, writeText } from '../../files/output.js';
import { withTemporaryFolder } from '../../files/temporary.js';
import type { OpenBuild } from '../../model/build.js';
import { type Fault, InputError, ProofError, UsageError } from '../../model/errors.js';
import { sdx6x } from '../../model/layout.js';
import { largestListBytes, largestLogBytes } from '../../model/limits.js';
import type { Part } from '../../model/parts.js';
import type { Ports } from '../../model/ports.js';
import { bundleKind, bundlePath, filesIn, writeBundle } from '../../package/bundle.js';
import { checkJson } from '../../report/check.js';
import { inspectionJson } from '../../report/inspection.js';
import { planJson } from '../../report/plan.js';
import { dfotaVersion } from '../../version.js';
import { check } from '../check.js';
import { generatePackage } from '../generate/generate.js';
import { generateDefaults } from '../generate/generate-defaults.js';
import { holdOutputsApart } from '../hold-apart.js';
import { inspectPackage } from '../inspect/inspect.js';
import { withNamedBuilds } from '../name-builds.js';
import { type InputPaths, listPath, type OpenInputs, readLists, withInputs } from '../open-inputs.js';

/** What is packed: plain data. */
export interface SupportRequest extends InputPaths {
  /** A folder that is not there yet, or an archive: `x.zip`, `x.tar.gz`. */
  readonly output: string;
  readonly parts: readonly Part[];
  /** A package to look into. */
  readonly package?: string | undefined;
  /** A recovery log. */
  readonly log?: string | undefined;
  /** Adds both builds: the firmware's bytes. */
  readonly withFirmware?: boolean | undefined;
  readonly jobs?: number | undefined;
}

/** What was packed. */
export interface Supported {
  readonly output: string;
  /** The names in the bundle. */
  readonly files: readonly string[];
  /** Steps that failed, and what they said: they are in the bundle too. */
  readonly failures: readonly { readonly step: string; readonly faults: readonly Fault[] }[];
}

/** Makes the bundle; it appears complete or not at all. A step that fails is packed as its faults, since failures are what this is for. */
export async function support(given: SupportRequest, ports: Ports = {}): Promise<Supported> {
  const request = await withNamedBuilds(given);
  const { source, target, companion, lists, log, output } = request;
  const kind = bundleKind(output) === 'folder' ? 'new-folder' : 'file';
  const whole = [
    ['the source', source],
    ['the target', target],
    ['the companion', companion],
    ['the package', request.package],
    ['the log', log],
  ] as const;
  await holdOutputsApart({ whole, lists }, [{ role: 'the output', path: output, kind }]);
  if (request.withFirmware === true) await requireFiles([source, target]);
  return writeBundle(output, (folder) => fill(folder, request, ports), { signal: ports.signal });
}

async function requireFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if ((await stat(path).catch(() => undefined))?.isFile() === true) continue;
    throw new UsageError({
      code: 'builds',
      place: { file: path },
      message: 'with --with-firmware both builds must be zip files',
      remedy: 'pack the folder first: zip -qry0 targetfiles.zip .',
    });
  }
}

async function fill(folder: string, request: SupportRequest, ports: Ports): Promise<Supported> {
  const failures: { step: string; faults: readonly Fault[] }[] = [];
  const put = async (name: string, text: string): Promise<void> => writeText(await bundlePath(folder, name), text);
  /** A fault of the inputs is material; every other error is one. */
  const attempt = async (step: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof InputError || error instanceof ProofError)) throw error;
      failures.push({ step, faults: error.faults });
      await put(`${step}.failed.json`, `${JSON.stringify(error.faults, null, 2)}\n`);
    }
  };
  const { platform, arch, version: node } = process;
  await put('versions.json', `${JSON.stringify({ dfota: dfotaVersion, node, platform, arch }, null, 2)}\n`);
  await attempt('lists', async () => {
    const read = { limit: largestListBytes, code: 'list-too-large', what: 'a list' } as const;
    for (const { name } of (await readLists(request.lists)).files) {
      await writeBytes(
        await bundlePath(folder, `lists/${name}`),
        await readBounded(listPath(request.lists, name), read),
      );
    }
  });
  await attempt('builds', () =>
    withInputs(request, ports, (inputs) => fillBuilds(folder, request, inputs, ports, attempt, put)),
  );
  const { package: file, log } = request;
  if (file !== undefined)
    await attempt('inspect', async () =>
      put('inspect.json', inspectionJson(await inspectPackage({ package: file }, ports)).text),
    );
  if (log !== undefined) {
    const read = { limit: largestLogBytes, code: 'log-too-large', what: 'a log' } as const;
    await attempt('last_log', async () => writeBytes(join(folder, 'last_log'), await readBounded(log, read)));
  }
  if (request.withFirmware === true) {
    await copyFile(request.source, await bundlePath(folder, 'firmware/source.zip'));
    await copyFile(request.target, await bundlePath(folder, 'firmware/target.zip'));
  }
  return { output: request.output, files: await filesIn(folder), failures };
}

async function fillBuilds(
  folder: string,
  request: SupportRequest,
  inputs: OpenInputs,
  ports: Ports,
  attempt: (step: string, run: () => Promise<void>) => Promise<void>,
  put: (name: string, text: string) => Promise<void>,
): Promise<void> {
  await metadataOf(folder, 'source', inputs.source);
  await metadataOf(folder, 'target', inputs.target);
  await attempt('check', async () => put('check.json', checkJson(await check(request, ports))));
  await attempt('plan', () =>
    withTemporaryFolder('dfota-support', async (scratch) => {
      const options = {
        ...generateDefaults,
        parts: request.parts,
        output: join(scratch, 'update.zip'),
        encoding: { effort: 'fast', jobs: request.jobs },
        verify: { ...generateDefaults.verify, level: 'off' },
      } as const;
      const { plan } = await generatePackage(inputs, options, ports);
      await put('plan.json', planJson(plan));
    }),
  );
}

/** The files that describe a build, and the listing of what it holds. */
async function metadataOf(folder: string, role: 'source' | 'target', { build, content }: OpenBuild): Promise<void> {
  for (const path of [sdx6x.miscInfo, sdx6x.filesystemConfig, sdx6x.versionFile, sdx6x.buildProp, ...sdx6x.fstabs]) {
    if (build.entries.get(path)?.kind !== 'file') continue;
    await writeBytes(await bundlePath(folder, `${role}/${path}`), await content.read(path));
  }
}
