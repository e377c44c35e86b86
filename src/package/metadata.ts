import type { ProjectVersion } from '../model/build.js';
import type { Sha256 } from '../model/digest.js';
import { packageKeys } from '../model/layout.js';
import { compareBytes } from '../model/path.js';

/** `2022-06-22,15:50` as seconds since 1970, taken as UTC: the file names no zone, and none is better than ours. */
function timestamp(packageTime: string | undefined): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})[, T]+(\d{2}):(\d{2})/.exec(packageTime ?? '');
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map(Number);
  return String(Date.UTC(year, month - 1, day, hour, minute) / 1000);
}

/** How the package was made, as far as it says so. */
export interface MadeWith {
  /** Codes of errors of the inputs that were accepted. */
  readonly allowed?: readonly string[] | undefined;
  /** Digest of the list files. */
  readonly listsDigest?: Sha256 | undefined;
  /** The encoder that made the patches in place of ours. */
  readonly engine?: string | undefined;
}

/**
 * META-INF/com/android/metadata: sorted `key=value` lines. The updater ignores it; people and tools do not. What the
 * builds do not say is left out.
 */
export function metadataText(
  source: ProjectVersion | undefined,
  target: ProjectVersion | undefined,
  { allowed = [], listsDigest, engine }: MadeWith = {},
): string {
  const values: readonly (readonly [string, string | undefined])[] = [
    [packageKeys.allowed, allowed.length === 0 ? undefined : allowed.join(',')],
    [packageKeys.engine, engine],
    [packageKeys.lists, listsDigest],
    ['post-build', target?.revision],
    ['post-timestamp', timestamp(target?.packageTime)],
    ['pre-build', source?.revision],
    ['pre-device', source?.project],
  ];
  return values
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value.replace(/[\r\n]/g, ' ')}\n`]))
    .sort(compareBytes)
    .join('');
}
