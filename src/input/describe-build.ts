import { fileKind, headLength } from '../formats/file-kind.js';
import { plainText } from '../formats/text/plain-text.js';
import { parseProjectVersion, projectVersionPath } from '../formats/text/project-version.js';
import { type Build, type Entry, ownershipCounts } from '../model/build.js';
import { InputError } from '../model/errors.js';
import { kindInWords } from '../model/file-kind.js';
import type { Finding } from '../model/finding.js';
import { sdx6x } from '../model/layout.js';
import { largestMetadataBytes } from '../model/limits.js';
import { type BuildPath, compareBytes, displayName, fromBytes, parentOf, toBuildPath, toBytes } from '../model/path.js';
import type { Tree, TreeNode } from '../model/tree.js';
import { layoutFaults, type Role } from './layout.js';
import { parseFilesystemConfig } from './metadata/filesystem-config.js';
import { parseMiscInfo } from './metadata/misc-info.js';
import { readOnlyMounts } from './metadata/read-only-mounts.js';
import { fstabPaths, parseRecoveryFstab } from './metadata/recovery-fstab.js';
import { unmatchedRows } from './metadata/unmatched-rows.js';
import { type Modes, ownershipOf } from './ownership.js';
import { together } from './together.js';

/** A metadata file as its bytes; `undefined` where there is none. */
async function metadata(tree: Tree, name: string): Promise<Uint8Array | undefined> {
  const path = toBuildPath(name);
  const node = tree.nodes.get(path);
  if (node?.kind !== 'file') return undefined;
  if (node.content.size > largestMetadataBytes) {
    const expected = `at most ${largestMetadataBytes} bytes`;
    const place = { file: tree.origin, entry: name };
    throw new InputError({ code: 'metadata-too-large', place, message: 'the file is too large to be read', expected });
  }
  return await tree.read(path);
}

/** A metadata file as a text, one unit a byte, UTF-16 as UTF-8. Throws InputError for what is no text, such as an HTML page. */
async function metadataText(tree: Tree, name: string): Promise<string | undefined> {
  const bytes = await metadata(tree, name);
  if (bytes === undefined) return undefined;
  const text = plainText(bytes);
  const kind = fileKind(toBytes(text.slice(0, headLength)), text.length);
  // Names may hold any byte but NUL, and so may rows that name them.
  const isText =
    kind === 'text' || kind === 'empty' || kind === 'script' || (kind === 'unknown' && !text.includes('\0'));
  if (isText) return text;
  throw new InputError({
    code: 'metadata-no-text',
    place: { file: tree.origin, entry: name },
    message: 'the file is not the text that its name says',
    found: kindInWords(kind),
    expected: 'a text of lines',
    remedy: "take the file from the maker's targetfiles.zip again",
  });
}

/** The system's own table of mounts, one unit a byte. It is a file of the firmware like any other: nothing of it is refused. */
async function systemFstab(tree: Tree): Promise<string> {
  const path = toBuildPath('SYSTEM/etc/fstab');
  const node = tree.nodes.get(path);
  return node?.kind === 'file' && node.content.size <= largestMetadataBytes ? fromBytes(await tree.read(path)) : '';
}

/** The nodes in byte order, with the directories that they imply. */
function withParents(nodes: ReadonlyMap<BuildPath, TreeNode>): ReadonlyMap<BuildPath, TreeNode> {
  const all = new Map(nodes);
  for (const path of nodes.keys()) {
    for (let parent = parentOf(path); parent !== undefined && !all.has(parent); parent = parentOf(parent)) {
      all.set(parent, { kind: 'directory' });
    }
  }
  return new Map([...all].sort(([a], [b]) => compareBytes(a, b)));
}

function modeFindings(build: Pick<Build, 'origin' | 'entries'>, modes: Modes): Finding[] {
  const count = ownershipCounts(build.entries).get('note-default') ?? 0;
  if (count === 0 || modes === 'note') return [];
  return [
    {
      severity: 'warning',
      code: 'modes-not-in-input',
      place: { file: build.origin },
      message:
        'neither META/filesystem_config.txt nor the input itself tells the mode of some entries: they get 755, owner 0:0',
      found: `${count} files and directories without a mode`,
      expected: 'a zip made on Unix, or a row for each entry in META/filesystem_config.txt',
    },
  ];
}

/** A version file that says nothing: empty, of another form, or in another encoding. */
function emptyVersion(file: string, bytes: string): Finding {
  return {
    severity: 'warning',
    code: 'version-file-empty',
    place: { file, entry: projectVersionPath },
    message: 'the version file says nothing, so nobody can tell which build this is',
    found: bytes === '' ? 'an empty file' : displayName(bytes.slice(0, 60)),
    expected: 'the lines Project Name, Project Rev, Branch Name, Custom Name and Package Time',
    remedy: "take the version file of the build's own release",
  };
}

/** Makes a build of a tree: checks the layout, reads META, the partition table and the version, gives each entry its owner. Throws InputError. */
export async function describeBuild(tree: Tree, modes: Modes, role: Role | undefined): Promise<Build> {
  const file = tree.origin;
  const faults = layoutFaults(file, tree.nodes, role);
  if (faults.length > 0) throw new InputError(faults);
  const findings = [...tree.findings];
  const config = sdx6x.filesystemConfig;
  const { rows, faults: configFaults } = parseFilesystemConfig((await metadataText(tree, config)) ?? '', {
    file,
    entry: config,
  });
  const info = sdx6x.miscInfo;
  const { misc, faults: miscFaults } = parseMiscInfo((await metadataText(tree, info)) ?? '', { file, entry: info });
  if (configFaults.length + miscFaults.length > 0)
    throw new InputError([...together(miscFaults, 'lines'), ...together(configFaults, 'lines')]);

  const fstabPath = fstabPaths.find((name) => tree.nodes.get(toBuildPath(name))?.kind === 'file');
  const fstabText = fstabPath === undefined ? undefined : await metadataText(tree, fstabPath);
  const fstab = parseRecoveryFstab(fstabText ?? '', misc.fstabVersion, { file, entry: fstabPath ?? fstabPaths[0] });
  findings.push(...fstab.findings);
  if (fstabText === undefined) {
    const expected = fstabPaths.join(' or ');
    findings.push({
      severity: 'warning',
      code: 'no-fstab',
      place: { file },
      message: 'the partition table of the recovery is missing',
      expected,
    });
  }
  const versionBytes = await metadata(tree, projectVersionPath);
  const version = versionBytes === undefined ? undefined : fromBytes(versionBytes);
  if (version === undefined) {
    findings.push({
      severity: 'warning',
      code: 'no-project-version',
      place: { file, entry: projectVersionPath },
      message: 'the build does not say which version it is',
      expected: `a file ${projectVersionPath}`,
    });
  }

  const project = version === undefined ? undefined : parseProjectVersion(version);
  if (project !== undefined && !Object.entries(project).some(([name, value]) => name !== 'bytes' && value !== ''))
    findings.push(emptyVersion(file, project.bytes));

  const entries = new Map<BuildPath, Entry>();
  for (const [path, node] of withParents(tree.nodes)) {
    if (node.kind === 'link') entries.set(path, { path, kind: 'link', destination: node.destination });
    else {
      const ownership = ownershipOf(path, node.own, rows, modes);
      if (node.kind === 'file') entries.set(path, { path, kind: 'file', content: node.content, ownership });
      else entries.set(path, { path, kind: 'directory', ownership });
    }
  }
  for (const finding of unmatchedRows(rows, entries.keys(), { file, entry: config })) findings.push(finding);
  for (const finding of modeFindings({ origin: file, entries }, modes)) findings.push(finding);
  return {
    origin: file,
    digest: tree.digest,
    entries,
    misc,
    partitions: fstab.partitions,
    readOnlyMounts: readOnlyMounts(await systemFstab(tree)),
    projectVersion: project,
    findings,
  };
}
