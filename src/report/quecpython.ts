/** Updates and backups of QuecPython files, for people and for machines. */
import type { QuecpythonBackup, QuecpythonRemark, QuecpythonUpdate } from '../model/quecpython.js';
import type { Report } from './inspection.js';
import { showCount, showSize } from './quantities.js';

/** Raised when a field of the JSON form changes its meaning or goes away; new fields do not count. */
export const quecpythonReportVersion = 1;

function json(format: string, content: object): Report {
  const document = { format, version: quecpythonReportVersion, ...content };
  return { text: `${JSON.stringify(document, undefined, 2)}\n`, exitCode: 0 };
}

/** A name, without what a terminal would act on. */
function plain(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
}

function remarkLines(remarks: readonly QuecpythonRemark[]): readonly string[] {
  return remarks.map(
    ({ code, name, message }) => `warning: ${name === undefined ? '' : `${plain(name)}: `}${message} [${code}]`,
  );
}

/** The update that was made, as JSON. */
export function quecpythonUpdateJson(update: QuecpythonUpdate): Report {
  return json('dfota-quecpython-update', update);
}

/** The update that was made. */
export function quecpythonUpdateText(update: QuecpythonUpdate): Report {
  const { output, files, deletes, unchanged, bytes, listed, proof, remarks } = update;
  const lines = [
    `${output}: ${showCount(files.length, 'file')} to fetch, ${showSize(bytes)}; ${deletes.length} to remove, ${unchanged} as before`,
    ...files.map(({ name, size, crc32 }) => `  ${plain(name)}  ${showSize(size)}  ${crc32 ?? 'empty'}`),
    ...deletes.map((name) => `  ${plain(name)}  removed by the program when the update is complete`),
    `  ${showCount(listed, 'file')} in the list of check sums, which is written last`,
    `  proved: a simulated device came to the new tree with the power cut after each of ${proof.steps} changes, and its restore then changed nothing`,
    ...remarkLines(remarks),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}

/** The backup that was made, as JSON. */
export function quecpythonBackupJson(backup: QuecpythonBackup): Report {
  return json('dfota-quecpython-backup', backup);
}

/** The backup that was made. */
export function quecpythonBackupText(backup: QuecpythonBackup): Report {
  const { image, size, usedBlocks, files, listed, digest, sha256, remarks } = backup;
  const proof =
    digest === 'crc32'
      ? '  proved: the image reads as the tree, and a simulated device without files gets every listed one back, once'
      : '  proved: the image reads as the tree; the restore of old firmware, by SHA-256, is not simulated';
  const lines = [
    `${image}: ${showSize(size)} (0x${size.toString(16)}), ${showCount(files, 'file')}, ${showCount(usedBlocks, 'block')} in use`,
    `  ${showCount(listed, 'file')} in the list of check sums (${digest})`,
    `  SHA-256 ${sha256}`,
    proof,
    ...remarkLines(remarks),
  ];
  return { text: `${lines.join('\n')}\n`, exitCode: 0 };
}
