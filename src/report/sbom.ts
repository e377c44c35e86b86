/** The list of packages that changed, as CycloneDX 1.6 in JSON. The same builds give the same bytes. */
import { createHash } from 'node:crypto';
import type { Build } from '../model/build.js';
import { type BuildPath, displayName } from '../model/path.js';
import type { FileChange, InstalledPackage, PackageChange, Software, SoftwareChanges } from '../model/software.js';
import { packageUrl } from './purl.js';

/** What the list is made of. */
export interface SbomInputs {
  readonly source: { readonly build: Build; readonly software: Software };
  readonly target: { readonly build: Build; readonly software: Software };
  readonly changes: SoftwareChanges;
  /** Of changed files of the target. */
  readonly digests: ReadonlyMap<BuildPath, { readonly sha256: string; readonly md5: string }>;
  readonly tool: string;
  /** ISO 8601 in UTC; left out where not given. */
  readonly date?: string | undefined;
}

interface Property {
  readonly name: string;
  readonly value: string;
}

/** The document with its last line feed. `undefined` fields are left out. */
export function sbomJson(inputs: SbomInputs): string {
  const { source, target, changes, tool, date } = inputs;
  const there = changes.packages.filter(({ after }) => after !== undefined);
  const removed = changes.packages.flatMap(({ before, after }) =>
    before === undefined || after !== undefined ? [] : [packageUrl(before, source.software.distribution)],
  );
  const components = [
    ...there.map((change, index) => packageComponent(change, `package-${index + 1}`, inputs)),
    ...changes.unowned.flatMap((change) => fileComponent(change, inputs)),
  ];
  const gone = changes.unowned.filter(({ change }) => change === 'removed');
  const content = {
    metadata: {
      timestamp: date,
      tools: { components: [{ type: 'application', name: 'dfota', version: tool }] },
      component: {
        type: 'firmware',
        'bom-ref': 'target',
        name: displayName(target.build.projectVersion?.project ?? 'firmware'),
        version: revisionOf(target.build),
        properties: properties(
          ['dfota:source-version', revisionOf(source.build)],
          ['dfota:source-digest', source.build.digest],
          ['dfota:target-digest', target.build.digest],
        ),
      },
    },
    components,
    // It lists what changed, and says so: packages that stayed as they were are not in it.
    compositions: [{ aggregate: 'incomplete', assemblies: ['target'] }],
    properties: properties(
      ...removed.map((purl): [string, string] => ['dfota:removed-package', purl]),
      ...gone.map(({ path }): [string, string] => ['dfota:removed-file', displayName(path)]),
      ['dfota:unchanged-packages', String(changes.unchanged)],
    ),
  };
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(JSON.stringify(content)),
    version: 1,
    ...content,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function revisionOf({ projectVersion }: Build): string {
  return displayName(projectVersion?.revision ?? 'no version');
}

/** A UUID (version 8) that follows from the content. */
function serialNumber(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function packageComponent({ kind, before, after, files }: PackageChange, reference: string, inputs: SbomInputs) {
  const one = after ?? before;
  if (one === undefined) throw new TypeError('a change of a package has one side');
  const { license, maintainer, summary, architecture, manager } = one;
  const own = files.flatMap((change) => fileComponent(change, inputs, one));
  return {
    type: 'application',
    'bom-ref': reference,
    supplier: maintainer === undefined ? undefined : { name: displayName(maintainer) },
    name: one.name,
    version: displayName(one.version),
    description: summary === undefined ? undefined : displayName(summary),
    licenses:
      license === undefined ? undefined : [{ license: { name: displayName(license), acknowledgement: 'declared' } }],
    purl: packageUrl(one, inputs.target.software.distribution),
    components: own.length === 0 ? undefined : own,
    properties: properties(
      ['dfota:change', kind],
      ['dfota:previous-version', kind === 'added' ? undefined : displayName(before?.version ?? '')],
      ['dfota:package-manager', manager],
      ['dfota:architecture', architecture],
      ...files
        .filter(({ change }) => change === 'removed')
        .map(({ path }): [string, string] => ['dfota:removed-file', displayName(path)]),
    ),
  };
}

/** A file or a link of the target; what is removed is no component of it. */
function fileComponent(
  { path, change, content, destination }: FileChange,
  { digests }: SbomInputs,
  owner?: InstalledPackage,
) {
  if (change === 'removed') return [];
  const digest = digests.get(path);
  const said = owner?.md5.get(path);
  return [
    {
      type: 'file',
      name: displayName(path),
      hashes:
        content === undefined
          ? undefined
          : [
              { alg: 'SHA-1', content: content.sha1 },
              ...(digest === undefined ? [] : [{ alg: 'SHA-256', content: digest.sha256 }]),
            ],
      properties: properties(
        ['dfota:change', change],
        ['dfota:link-to', destination === undefined ? undefined : displayName(destination)],
        [
          'dfota:package-md5',
          said === undefined || digest === undefined ? undefined : said === digest.md5 ? 'same' : 'differs',
        ],
      ),
    },
  ];
}

function properties(...pairs: readonly (readonly [string, string | undefined])[]): readonly Property[] {
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}
