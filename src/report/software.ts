import type { SoftwareSummary } from '../model/software.js';

/** What changed between the packages of two builds, in one line. */
export function softwareWords(summary: SoftwareSummary): string {
  const { added, removed, versions, sameVersion, unchanged, filesOfNoPackage } = summary;
  const parts = [
    `${versions} of another version`,
    `${added} added`,
    `${removed} removed`,
    ...(sameVersion === 0 ? [] : [`${sameVersion} changed without a new version`]),
    `${unchanged} unchanged`,
    ...(filesOfNoPackage === 0 ? [] : [`${filesOfNoPackage} changed files of no package`]),
  ];
  return parts.join(', ');
}
