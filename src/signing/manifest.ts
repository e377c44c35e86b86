/**
 * The manifest of a package that is signed by the LE scheme. That scheme signs the contents alone, one after the other: names, boundaries and
 * modes are not covered. The manifest says them, and is the last of these contents: so the signed bytes themselves end with a line that says
 * that there is a manifest, and nobody can take it out, rename it or cut it without the key. Form: docs/formats/signatures.md.
 */

/** An entry as the manifest tells it. */
export interface ManifestLine {
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly sha256: string;
}

/** The bytes of the package in front of the manifest, and the directory's records of these entries. */
export interface ManifestFrame {
  readonly length: number;
  readonly sha256: string;
  readonly directorySha256: string;
}

/** Writes the manifest. */
export function manifestText(lines: readonly ManifestLine[], frame: ManifestFrame): Buffer {
  const text = [
    'dfota-manifest 1',
    `frame ${frame.length} ${frame.sha256} ${frame.directorySha256}`,
    ...lines.map(({ name, mode, size, sha256 }) => `${mode.toString(8).padStart(6, '0')} ${size} ${sha256} ${name}`),
    '',
  ].join('\n');
  const length = String(text.length + 'dfota-manifest-end 0000000000\n'.length).padStart(10, '0');
  return Buffer.from(`${text}dfota-manifest-end ${length}\n`, 'latin1');
}
