import type { PreparedCheck } from './facts.js';

/** Modules tell builds apart by the version: the target needs one, and one of its own. */
export const checkVersion: PreparedCheck = (facts) => {
  if (facts.versionAfter === undefined) {
    return [
      {
        severity: 'error',
        code: 'prepare-no-version',
        place: { file: facts.output },
        message: 'the target has no SYSTEM/etc/quectel-project-version',
        remedy: 'name the file with --version-file',
      },
    ];
  }
  if (facts.versionBefore?.bytes !== facts.versionAfter.bytes) return [];
  return [
    {
      severity: 'warning',
      code: 'prepare-same-version',
      place: { file: facts.output },
      message: 'the target says that it is the same version as the source',
      remedy: 'give the new version with --version-file; a module tells builds apart by it',
    },
  ];
};
