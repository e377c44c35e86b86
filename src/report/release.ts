import type { Signed } from '../model/signature.js';
import type { SoftwareSummary } from '../model/software.js';
import { showSize } from './quantities.js';
import { softwareWords } from './software.js';

/** What was released, as the use case gives it. */
export interface ReleaseReport {
  readonly output: string;
  readonly package: { readonly size: number; readonly md5: string; readonly sha256: string };
  /** The package that leads back. */
  readonly rollback?: ReleaseReport['package'] | undefined;
  readonly signed?: Signed | undefined;
  readonly files: readonly string[];
  readonly software?: SoftwareSummary | undefined;
}

/** The bundle for people. */
export function releaseText({ output, package: made, rollback, signed, files, software }: ReleaseReport): string {
  const lines = [
    `${output}: a package of ${showSize(made.size)} (${made.size} bytes), ${signed === undefined ? 'not signed' : `signed (${signed.scheme})`}`,
    `  SHA-256 ${made.sha256}`,
    `  MD5     ${made.md5}`,
    ...(rollback === undefined
      ? []
      : [`  back:   ${showSize(rollback.size)} (${rollback.size} bytes), SHA-256 ${rollback.sha256}`]),
    ...(software === undefined ? [] : [`  packages ${softwareWords(software)}`]),
    ...files.map((name) => `  ${name}`),
  ];
  return `${lines.join('\n')}\n`;
}
