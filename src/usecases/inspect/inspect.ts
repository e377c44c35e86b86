/** What is in a package: `dfota inspect`. Reads any update.zip that a device could, whoever made it. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { patchFormat } from '../../applypatch/index.js';
import { parseEdify } from '../../device/edify/parse.js';
import { EdifySyntaxError } from '../../device/edify/syntax.js';
import { openPackage, type PackageReader, UnreadablePackage } from '../../device/zip-reader.js';
import { systemCode, systemFault } from '../../files/system-error.js';
import { parseProjectVersion } from '../../formats/text/project-version.js';
import type { Code } from '../../model/codes.js';
import { type Sha1, sha1Of, toSha256 } from '../../model/digest.js';
import { InputError, type Place } from '../../model/errors.js';
import type { EntryRole, InspectedEntry, InspectedTarget, Inspection, TravelMethod } from '../../model/inspection.js';
import { sdx6x } from '../../model/layout.js';
import type { Part } from '../../model/parts.js';
import { displayName, fromBytes, isWithin } from '../../model/path.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { refuseOtherPackage } from '../given-package.js';
import { metadataOf } from '../package-metadata.js';
import { type ScriptEffects, type ScriptTarget, scriptEffects } from './inspect-script.js';

/** What to inspect. */
export interface InspectRequest {
  /** An update.zip, made by any tool. */
  readonly package: string;
}

const scriptName = sdx6x.packageScript;
const metadataName = sdx6x.packageMetadata;
const versionName = sdx6x.packageVersion;

const fixedRoles: Readonly<Record<string, EntryRole>> = {
  [scriptName]: 'script',
  [sdx6x.packageUpdater]: 'program',
  [sdx6x.packageAgent]: 'program',
  [metadataName]: 'metadata',
  [versionName]: 'version',
};

/** Small entries that are shown as text. */
const textNames: ReadonlySet<string> = new Set([scriptName, metadataName, versionName]);

/** An entry as it was read: its bytes are let go of, but for the few that are text. */
interface ReadEntry {
  readonly sha1: Sha1;
  readonly format: TravelMethod;
  readonly text: string | undefined;
}

const unreadableCodes = {
  'no-zip': 'package-no-zip',
  'reader-limit': 'package-reader-limit',
  damaged: 'package-damaged',
} as const satisfies Record<UnreadablePackage['reason'], Code>;

function unreadable(error: unknown, place: Place): unknown {
  if (error instanceof UnreadablePackage) {
    const code = unreadableCodes[error.reason];
    const message = 'the device cannot read this as a package';
    return new InputError({ code, place, message, found: error.message, expected: 'an update.zip' }, { cause: error });
  }
  if (error instanceof EdifySyntaxError) {
    const { line, column } = error;
    const at = { ...place, entry: scriptName, line, column };
    return new InputError({
      code: 'script-syntax',
      place: at,
      message: `the script has a syntax error: ${error.message}`,
    });
  }
  const refused = systemFault(error);
  if (refused === undefined) return error;
  const message = systemCode(error) === 'ENOENT' ? 'there is no such file' : 'the file cannot be read';
  return new InputError(
    { code: 'package-file', place, message, found: refused.message, remedy: refused.remedy },
    { cause: error },
  );
}

async function digestsOf(file: string): Promise<Pick<Inspection, 'sha256' | 'md5'>> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  for await (const chunk of createReadStream(file)) {
    sha256.update(chunk);
    md5.update(chunk);
  }
  return { sha256: toSha256(sha256.digest('hex')), md5: md5.digest('hex') };
}

function formatOf(bytes: Uint8Array): TravelMethod {
  try {
    return patchFormat(bytes);
  } catch {
    return 'unknown';
  }
}

async function readEntries(
  reader: PackageReader,
  { onProgress = silent, signal }: Ports,
): Promise<ReadonlyMap<string, ReadEntry>> {
  const entries = new Map<string, ReadEntry>();
  const rows = [...reader.rows.values()];
  const totalBytes = rows.reduce((sum, { size }) => sum + size, 0);
  let doneBytes = 0;
  for (const { name, size } of rows) {
    signal?.throwIfAborted();
    const bytes = await reader.read(name);
    const text = textNames.has(name) ? fromBytes(bytes) : undefined;
    entries.set(name, { sha1: sha1Of(bytes), format: formatOf(bytes), text });
    doneBytes += size;
    const item = displayName(name);
    onProgress({ stage: 'inspect', doneBytes, totalBytes, doneItems: entries.size, totalItems: rows.length, item });
  }
  return entries;
}

function partOfTarget({ kind, name }: Pick<ScriptTarget, 'kind' | 'name'>): Part | undefined {
  if (kind === 'partition') return /[:/]boot$/.test(name) ? 'o' : 'minor';
  if (isWithin(name, '/system/firmware')) return 'm';
  return isWithin(name, '/system') ? 'l' : undefined;
}

function inspectTarget(
  target: ScriptTarget,
  reader: PackageReader,
  entries: ReadonlyMap<string, ReadEntry>,
): InspectedTarget {
  const { kind, name, source } = target;
  const row = reader.rows.get(target.entry);
  const entry = entries.get(target.entry);
  const [packedSize, entrySize] = [row?.packedSize ?? 0, row?.size ?? 0];
  const common = { kind, name, part: partOfTarget(target), entry: row?.name, packedSize, entrySize };
  if (source.kind === 'whole') {
    const targetSha1 = target.targetSha1 ?? entry?.sha1 ?? '';
    return { ...common, method: 'whole', from: undefined, targetSize: entrySize, targetSha1, sourceSha1: undefined };
  }
  return {
    ...common,
    method: entry?.format ?? 'unknown',
    from: source.from === name ? undefined : source.from,
    targetSize: source.targetSize,
    targetSha1: target.targetSha1 ?? '',
    sourceSha1: source.sourceSha1,
  };
}

/** What each entry is there for; an entry that is missing here is used by nothing. */
function rolesOf({ placeholders, identities, changing, targets }: ScriptEffects): ReadonlyMap<string, EntryRole> {
  const roles = new Map<string, EntryRole>();
  for (const name of placeholders) roles.set(name, 'directory');
  for (const name of identities) roles.set(name, 'identity');
  for (const { entry, kind, source } of targets) {
    if (source.kind === 'whole') roles.set(entry, kind === 'partition' ? 'image' : 'file');
  }
  for (const name of changing) roles.set(name, 'patch');
  for (const [name, role] of Object.entries(fixedRoles)) roles.set(name, role);
  return roles;
}

function headerOf(script: string): readonly string[] {
  return script
    .split('\n', 5)
    .filter((line) => line.startsWith('#'))
    .map((line) => line.slice(1).trim());
}

/**
 * Reads a whole package: every entry is inflated and its CRC-32 checked, the script is parsed and followed. Throws an
 * InputError for what is no package, is damaged, or has no script that parses.
 */
export async function inspectPackage({ package: file }: InspectRequest, ports: Ports = {}): Promise<Inspection> {
  const place: Place = { file };
  let reader: PackageReader | undefined;
  try {
    await refuseOtherPackage(file);
    reader = await openPackage(file);
    if (!reader.rows.has(scriptName)) {
      const expected = 'an update.zip made by dfota, update_gen or their ancestors';
      throw new InputError({ code: 'package-no-script', place, message: `there is no ${scriptName} in it`, expected });
    }
    const entries = await readEntries(reader, ports);
    const text = entries.get(scriptName)?.text ?? '';
    const effects = scriptEffects(
      parseEdify(text, () => true),
      [...reader.rows.keys()],
    );
    const version = entries.get(versionName)?.text;
    const roles = rolesOf(effects);
    const open = reader;
    return {
      file,
      size: reader.size,
      ...(await digestsOf(file)),
      madeBy: headerOf(text),
      appliesTo: version === undefined ? undefined : parseProjectVersion(version),
      metadata: metadataOf(entries.get(metadataName)?.text ?? ''),
      entries: [...reader.rows.values()].map(({ name, method, packedSize, size }): InspectedEntry => {
        const sha1 = entries.get(name)?.sha1 ?? sha1Of(new Uint8Array());
        return { name, role: roles.get(name) ?? 'unused', method, packedSize, size, sha1 };
      }),
      targets: effects.targets.map((target) => inspectTarget(target, open, entries)),
      removed: effects.removed,
      links: effects.links,
      directories: effects.directories,
      script: { text, statements: effects.statements, phases: effects.phases },
    };
  } catch (error) {
    throw unreadable(error, place);
  } finally {
    await reader?.close();
  }
}
