/** What a package says of itself in META-INF/com/android/metadata. */
import { openPackage, UnreadablePackage } from '../device/zip-reader.js';
import { isSha256, type Sha256 } from '../model/digest.js';
import type { Inspection } from '../model/inspection.js';
import { packageKeys, sdx6x } from '../model/layout.js';
import { largestPackageMetadataBytes } from '../model/limits/input.js';
import { fromBytes } from '../model/path.js';

/** The keys and values, in the order of their lines; lines without `=` say nothing. */
export function metadataOf(text: string): Inspection['metadata'] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.includes('='))
    .map((line) => ({ key: line.slice(0, line.indexOf('=')), value: line.slice(line.indexOf('=') + 1) }));
}

/** The digest of the lists that the package was made with. `undefined` where it does not say, or cannot be read: that is told by who runs it. */
export async function listsDigestOf(packagePath: string): Promise<Sha256 | undefined> {
  try {
    const reader = await openPackage(packagePath);
    try {
      const row = reader.rows.get(sdx6x.packageMetadata);
      if (row === undefined || row.size > largestPackageMetadataBytes) return undefined;
      const metadata = metadataOf(fromBytes(await reader.read(row.name)));
      const digest = metadata.find(({ key }) => key === packageKeys.lists)?.value;
      return digest !== undefined && isSha256(digest) ? digest : undefined;
    } finally {
      await reader.close();
    }
  } catch (error) {
    if (error instanceof UnreadablePackage) return undefined;
    throw error;
  }
}
