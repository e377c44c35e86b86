/** Check, generate, prove, audit, sign and pack in one go: `dfota release`. */
import { createHash } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readBounded } from '../../files/bounded-read.js';
import { writeBytes, writeText } from '../../files/output.js';
import type { Audit } from '../../model/audit.js';
import type { Build } from '../../model/build.js';
import type { EngineComparison } from '../../model/engine-comparison.js';
import type { Finding } from '../../model/finding.js';
import { largestListBytes } from '../../model/limits.js';
import type { PackageRecord, RecordedConfiguration } from '../../model/package-record.js';
import type { SignatureScheme, Signed } from '../../model/signature.js';
import type { SoftwareSummary } from '../../model/software.js';
import { bundleKind, bundlePath, filesIn, writeBundle } from '../../package/bundle.js';
import { auditReport } from '../../report/audit/formats.js';
import { type ReleasedPackage, releaseNotes } from '../../report/release-notes.js';
import { auditOpened, hasOffenders, readAuditPage } from '../audit/audit-files.js';
import { type GeneratedFrom, type GenerateRequest, generateFiles, rollbackName } from '../generate/generate-files.js';
import { cacheFolder } from '../generate/open-cache.js';
import { packageRecord, provenanceFile } from '../generate/record.js';
import { holdOutputsApart } from '../hold-apart.js';
import { withNamedBuilds } from '../name-builds.js';
import { listPath, readLists } from '../open-inputs.js';
import { type OpenSigner, openSigner, type SigningKey, type SignPorts, signWith } from '../sign/sign.js';

export type { ReleasedPackage } from '../../report/release-notes.js';

/** What is released, and how: plain data. */
export interface ReleaseRequest
  extends Omit<GenerateRequest, 'sources' | 'target' | 'output' | 'record' | 'provenance' | 'sbom' | 'otherOutputs'> {
  readonly source: string;
  readonly target: string;
  /** A folder that is not there yet, or an archive: `x.zip`, `x.tar.gz`. */
  readonly output: string;
  /** Without it the package is not signed. */
  readonly sign?: (SigningKey & { readonly scheme: SignatureScheme }) | undefined;
  /** The policy of the audit. */
  readonly policy?: string | undefined;
  /** For the provenance: whoever runs it, as a URI, and when. */
  readonly builder?: string | undefined;
  readonly date?: string | undefined;
}

/** What was released. */
export interface Released {
  readonly output: string;
  readonly package: ReleasedPackage;
  /** `update.rollback.zip`, where it was asked for. */
  readonly rollback?: ReleasedPackage | undefined;
  readonly signed?: Signed | undefined;
  /** The names in the bundle. */
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
  /** The configuration that the request came from. */
  readonly configuration?: RecordedConfiguration | undefined;
  /** Sizes and times of both engines, where they were to be compared. */
  readonly comparison?: EngineComparison | undefined;
  /** What changed between the packages of both builds, where they have a database of them. */
  readonly software?: SoftwareSummary | undefined;
  /** The audit's policy is not kept. */
  readonly offends: boolean;
}

/** Makes the bundle; it appears complete or not at all. Throws as generate, audit and sign do. */
export async function release(given: ReleaseRequest, ports: SignPorts = {}): Promise<Released> {
  const request = await withNamedBuilds(given);
  const { output, sign } = request;
  const folder = bundleKind(output) === 'folder';
  const cache = cacheFolder(request.encoding.cache);
  await holdOutputsApart(
    {
      whole: [
        ['the source', request.source],
        ['the target', request.target],
        ['the companion', request.companion],
        ['the policy', request.policy],
        ...[sign?.key, sign?.certificate, sign?.publicKey].map((path): [string, string | undefined] => ['a key', path]),
      ],
      lists: request.lists,
    },
    [
      { role: 'the output', path: output, kind: folder ? 'new-folder' : 'file' },
      ...(cache === undefined ? [] : [{ role: 'the cache', path: cache, kind: 'store' } as const]),
    ],
  );
  // A wrong key is told before the long work.
  const signer = sign === undefined ? undefined : await openSigner(sign, ports);
  return writeBundle(output, (into) => fill(into, request, signer, ports), { signal: ports.signal });
}

/** The list of packages in the bundle, where the builds have a database of them. */
const sbomName = 'sbom.cdx.json';

async function fill(
  folder: string,
  request: ReleaseRequest,
  signer: OpenSigner | undefined,
  ports: SignPorts,
): Promise<Released> {
  const { source, target, sign } = request;
  const file = join(folder, 'update.zip');
  const sbom = { path: join(folder, sbomName), date: request.date, ifPossible: true };
  const lists = await readLists(request.lists);
  const inputsOf = ({ source: from, target: to }: GeneratedFrom) => ({
    source: named(from, source),
    target: named(to, target),
    sourceName: source,
    targetName: target,
    listsFolder: request.lists,
    lists: lists.files,
    options: request,
  });
  let forward: Forward | undefined;
  const [made, back] = await generateFiles(
    { ...request, sources: [source], output: file, sbom, otherOutputs: [] },
    {
      ...ports,
      // The builds are not read a second time for the audit.
      whileOpen: async (open, generatedFrom) => {
        const record = packageRecord(inputsOf(generatedFrom), generatedFrom.generated);
        const { signed, final } = await signMade(generatedFrom, sign, signer, ports);
        // Of it the audit takes the proof.
        await writeRecord(`${file}.json`, record, signed);
        const audit = await auditOpened(
          { ...open, plan: generatedFrom.generated.plan },
          { ...request, packageFile: file, packageName: 'update.zip', policyFile: request.policy },
          ports,
        );
        forward = { record, signed, final, audit };
      },
    },
  );
  if (made === undefined || forward === undefined) throw new Error('one source gives one package');
  const { record, signed, final, audit } = forward;
  const inputs = inputsOf(made);
  const rollback = back && (await signMade(back, sign, signer, ports));
  if (back !== undefined && rollback !== undefined) {
    const turned = {
      ...inputs,
      source: named(back.source, target),
      target: named(back.target, source),
      sourceName: target,
      targetName: source,
      options: { ...request, allow: [...new Set([...(request.allow ?? []), 'builds-swapped' as const])] },
    };
    await writeRecord(`${rollbackName(file)}.json`, packageRecord(turned, back.generated), rollback.signed);
  }

  await writeText(join(folder, 'audit.html'), auditReport(audit, 'html', await readAuditPage()));
  for (const { name } of lists.files) {
    const text = await readBounded(listPath(request.lists, name), {
      limit: largestListBytes,
      code: 'list-too-large',
      what: 'a list',
    });
    await writeBytes(await bundlePath(folder, `lists/${name}`), text);
  }
  await writeStatements(folder, record, final, signed, request);
  return {
    output: request.output,
    package: final,
    rollback: rollback?.final,
    signed: signed === undefined ? undefined : { ...signed, output: basename(signed.output) },
    files: await filesIn(folder),
    findings: [...made.generated.findings, ...(back?.generated.findings ?? [])],
    comparison: made.comparison,
    configuration: request.configuration,
    software: made.software,
    offends: hasOffenders(audit.policy),
  };
}

/** The package that leads from source to target, and what is told of it. */
interface Forward extends SignedPackage {
  readonly record: PackageRecord;
  readonly audit: Audit;
}

interface SignedPackage {
  readonly signed: Signed | undefined;
  readonly final: ReleasedPackage;
}

/** Signs a package, where that is asked for. */
async function signMade(
  { generated }: GeneratedFrom,
  sign: ReleaseRequest['sign'],
  signer: OpenSigner | undefined,
  ports: SignPorts,
): Promise<SignedPackage> {
  const { file, size, md5, sha256 } = generated.output;
  const signed =
    sign === undefined || signer === undefined ? undefined : await signInto(file, sign.scheme, signer, ports);
  const final = signed === undefined || signed.scheme === 'detached' ? { size, md5, sha256 } : signed;
  return { signed, final: { size: final.size, md5: final.md5, sha256: final.sha256 } };
}

async function writeRecord(path: string, record: PackageRecord, signed: Signed | undefined): Promise<void> {
  const told = signed === undefined ? record : { ...record, signed: { ...signed, output: basename(signed.output) } };
  await writeText(path, `${JSON.stringify(told, null, 2)}\n`);
}

/** The build as the user named it. */
function named(build: Build, origin: string): Build {
  return { ...build, origin };
}

async function signInto(file: string, scheme: SignatureScheme, signer: OpenSigner, ports: SignPorts): Promise<Signed> {
  if (scheme === 'detached') return signWith(signer, { package: file, scheme, output: `${file}.sig` }, ports);
  const output = `${file}.signed`;
  const signed = await signWith(signer, { package: file, scheme, output }, ports);
  await rename(output, file);
  return { ...signed, output: file };
}

/** Provenance of what is shipped, notes, and the sums of all files. */
async function writeStatements(
  folder: string,
  record: PackageRecord,
  final: ReleasedPackage,
  signed: Signed | undefined,
  { builder, date }: ReleaseRequest,
): Promise<void> {
  const subject = { name: 'update.zip', md5: final.md5, sha256: final.sha256 };
  const provenance = provenanceFile({ path: join(folder, 'provenance.json'), builder, date }, record, subject);
  await writeBytes(provenance.path, provenance.bytes);
  await writeText(join(folder, 'notes.md'), releaseNotes(record, final, signed));
  const sums: string[] = [];
  for (const name of await filesIn(folder)) {
    const md5 = createHash('md5')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    sums.push(`${md5} *${name}\n`);
  }
  await writeText(join(folder, 'md5.txt'), sums.join(''));
}
