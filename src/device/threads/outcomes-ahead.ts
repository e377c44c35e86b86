/** What the patches of a package make, worked out in threads while something else is waited for. */
import type { OpenBuild } from '../../model/build.js';
import { EdifySyntaxError } from '../edify/syntax.js';
import { readingOf } from '../functions/patching.js';
import type { KnownContents } from '../known-contents.js';
import { PackageRefused, readScript, testEntries } from '../package.js';
import { type ProfileName, profileOf } from '../profile.js';
import { NotSimulated } from '../runtime.js';
import { openPackage, UnreadablePackage } from '../zip-reader.js';
import { applyAhead, patchPairs } from './apply-ahead.js';

/** The package, and what runs on the module. */
export interface AheadOptions {
  readonly packagePath: string;
  readonly source: OpenBuild;
  readonly profile: ProfileName;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Applies the patches that the package's script names in plain text to files of the source. Nothing comes of a package that the device
 * would not start: why is told when it is verified.
 */
export async function outcomesAhead({
  packagePath,
  source,
  profile,
  signal,
}: AheadOptions): Promise<KnownContents['outcome']> {
  // a package that cannot be read is told when it is verified
  const reader = await openPackage(packagePath).catch(() => undefined);
  if (reader === undefined) return undefined;
  try {
    const entries = await testEntries(reader, signal);
    const script = await readScript(reader, profileOf(profile));
    const pairs = patchPairs(script.root, entries, source);
    const made = await applyAhead(pairs, readingOf(profileOf(profile)), { source, reader, signal });
    return (patch, from) => made.get(`${patch} ${from}`);
  } catch (error) {
    const isToldLater =
      error instanceof UnreadablePackage ||
      error instanceof PackageRefused ||
      error instanceof EdifySyntaxError ||
      error instanceof NotSimulated;
    if (isToldLater) return undefined;
    throw error;
  } finally {
    await reader.close();
  }
}
