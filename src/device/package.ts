/** What the module and its recovery do with a package before the first statement runs. */

import type { ProjectVersion } from '../model/build.js';
import { sha1Of } from '../model/digest.js';
import { sdx6x } from '../model/layout.js';
import { largestScriptBytes } from '../model/limits/device.js';
import { largestPackageBytes } from '../model/limits.js';
import { displayName, fromBytes } from '../model/path.js';
import type { ScriptPlace } from '../model/verification.js';
import { isPatch } from './content.js';
import { parseEdify } from './edify/parse.js';
import type { Expression } from './edify/syntax.js';
import { EdifySyntaxError } from './edify/syntax.js';
import { type FunctionKnowledge, familyOf, knowledgeOf, knownTo } from './known-functions.js';
import type { PermissionFamily, Profile } from './profile.js';
import { NotSimulated, type PackageEntry } from './runtime.js';
import { type PackageReader, UnreadablePackage } from './zip-reader.js';

/** The module does not start the package; `code` is what it reports. */
export class PackageRefused extends Error {
  override readonly name = 'PackageRefused';
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The module's codes for a package, as the note lists them. */
export const deviceCodes = {
  succeeded: 0,
  notDecompressed: 501,
  exitedAbnormally: 502,
  wrongFormat: 504,
  preCheck: 505,
  verification: 510,
  space: 511,
  tooLarge: 550,
} as const;

/** The code for a package that cannot be read at all. */
export function codeOfUnreadable(error: UnreadablePackage): number {
  switch (error.reason) {
    case 'no-zip':
      return deviceCodes.wrongFormat;
    case 'reader-limit':
      return deviceCodes.notDecompressed;
    case 'damaged':
      return deviceCodes.preCheck;
    default:
      return error.reason satisfies never;
  }
}

const scriptName = sdx6x.packageScript;
const programName = sdx6x.packageUpdater;
const versionName = sdx6x.packageVersion;

/** Reads every entry, as `unzip -tq` does, and keeps digests. Throws {@link PackageRefused} for what a real test finds. */
export async function testEntries(
  reader: PackageReader,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, PackageEntry>> {
  const entries = new Map<string, PackageEntry>();
  let total = 0;
  for (const row of reader.rows.values()) {
    signal?.throwIfAborted();
    total += row.size;
    if (total > largestPackageBytes) {
      throw new PackageRefused(deviceCodes.preCheck, `its entries claim more than ${largestPackageBytes} bytes in all`);
    }
    try {
      const { name, link } = row;
      const entry = await reader.look(name, (bytes): PackageEntry => {
        const origin = { from: 'package' as const, entry: name };
        const content = { kind: 'whole' as const, size: bytes.length, sha1: sha1Of(bytes), origin };
        return { name, content, link, isPatch: isPatch(bytes) };
      });
      entries.set(name, entry);
    } catch (error) {
      if (error instanceof UnreadablePackage) throw new PackageRefused(deviceCodes.preCheck, error.message);
      throw error;
    }
  }
  return entries;
}

/** The module's check of the project version: the package's bytes must be those on the module. Returns a note if there is none. */
export async function checkVersion(
  reader: PackageReader,
  version: ProjectVersion | undefined,
): Promise<string | undefined> {
  const present = reader.rows.has(versionName);
  if (version === undefined) {
    if (!present) return 'neither the source nor the package has a quectel-project-version: nothing to compare';
    throw new PackageRefused(deviceCodes.preCheck, `the source has no quectel-project-version, the package has one`);
  }
  if (!present) throw new PackageRefused(deviceCodes.preCheck, `the package has no ${versionName} at its root`);
  const bytes = fromBytes(await reader.read(versionName));
  if (bytes !== version.bytes) {
    const [found, expected] = [bytes, version.bytes].map((text) => displayName(text.slice(0, 300)));
    throw new PackageRefused(
      deviceCodes.preCheck,
      `the package is for another version: ${found}, the module has ${expected}`,
    );
  }
  return undefined;
}

/** A parsed updater-script. */
export interface Script {
  /** One unit a byte. */
  readonly text: string;
  readonly root: Expression;
  readonly permissions: PermissionFamily | 'none';
  /** Functions in it that the module knows and the simulated device cannot run. */
  readonly notSimulated: readonly string[];
}

/**
 * Takes the script out of the package and parses it as {@link parseScript} does; {@link PackageRefused} also for a package
 * without script or program.
 */
export async function readScript(reader: PackageReader, profile: Profile): Promise<Script> {
  for (const name of [programName, scriptName]) {
    if (!reader.rows.has(name)) throw new PackageRefused(deviceCodes.wrongFormat, `the package has no ${name}`);
  }
  if ((reader.rows.get(scriptName)?.size ?? 0) > largestScriptBytes) {
    throw new PackageRefused(deviceCodes.wrongFormat, `the script has more than ${largestScriptBytes} bytes`);
  }
  return parseScript(fromBytes(await reader.read(scriptName)), profile);
}

/**
 * Parses a script with the profile's functions. Throws {@link EdifySyntaxError}, which names
 * every unknown function, and {@link NotSimulated}.
 */
export function parseScript(text: string, profile: Profile): Script {
  const used = new Set<PermissionFamily>();
  const names = new Map<string, { readonly knowledge: FunctionKnowledge; readonly at: ScriptPlace }>();
  const root = parseEdify(text, (name, { line, column }) => {
    const family = familyOf(name);
    if (family !== undefined) used.add(family);
    if (!names.has(name)) names.set(name, { knowledge: knowledgeOf(profile, name), at: { line, column } });
    return true;
  });
  const those = (wanted: FunctionKnowledge) => [...names].filter(([, { knowledge }]) => knowledge === wanted);
  const unknown = those('unknown');
  const [first] = unknown;
  if (first !== undefined) {
    const told = unknown.map(([name, { at }]) => {
      const by = familyOf(name) === undefined ? knownTo(name) : undefined;
      return `"${name}" (line ${at.line}${by === undefined ? '' : `; known to ${by}`})`;
    });
    throw new EdifySyntaxError(
      `unknown function${unknown.length > 1 ? 's' : ''} ${told.join(', ')}: the updater ends before the first statement`,
      first[1].at,
    );
  }
  if (used.size > 1 && profile.oneFamily) {
    throw new EdifySyntaxError('the script mixes set_perm and set_metadata, which few devices have both of', root.span);
  }
  const doubtful = those('doubtful');
  if (doubtful.length > 0) {
    const told = doubtful.map(([name, { at }]) => `${name} (line ${at.line}; known to ${knownTo(name)})`);
    throw new NotSimulated(
      `${told.join(', ')}: some modules know ${doubtful.length > 1 ? 'them' : 'it'}, others do not parse the script; the simulated device cannot run it`,
    );
  }
  const notSimulated = those('not-simulated').map(([name]) => name);
  return { text, root, permissions: [...used][0] ?? 'none', notSimulated };
}
