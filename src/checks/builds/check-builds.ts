/** Everything that two builds and the lists tell before a package is made. */
import type { Finding } from '../../model/finding.js';
import { runChecks } from '../check.js';
import { checkNootaDefaults, checkOriginalForm } from '../lists/habits.js';
import { checkBuildProp } from './build-prop.js';
import { checkReadOnlyVolumes, checkUsrdata } from './data-volumes.js';
import { checkEmptyDirectories } from './directories.js';
import type { BuildCheck, CheckFacts } from './facts.js';
import { checkSingleSlot } from './layout.js';
import { checkLinksKept, checkLinksLead } from './links.js';
import { checkKernelModules, checkModemAlone, checkPartsChosen } from './parts.js';
import { checkOwnersCovered, checkPermissionsKept, checkSetUidKept } from './permissions.js';
import { checkBlockSize, checkBootSize, checkImageSizes, checkSystemSize } from './sizes.js';
import { checkDeletions, checkOverlays } from './user-data.js';
import { checkVersions } from './versions.js';

/** All checks, in the order in which their findings are told. */
const checks: readonly BuildCheck[] = [
  checkVersions,
  checkSingleSlot,
  checkLinksKept,
  checkLinksLead,
  checkEmptyDirectories,
  checkPartsChosen,
  checkModemAlone,
  checkKernelModules,
  checkBootSize,
  checkImageSizes,
  checkSystemSize,
  checkBlockSize,
  checkBuildProp,
  checkDeletions,
  checkOverlays,
  checkUsrdata,
  checkReadOnlyVolumes,
  checkPermissionsKept,
  checkSetUidKept,
  checkOwnersCovered,
  checkNootaDefaults,
  checkOriginalForm,
];

/** Runs all checks. Pure. */
export function checkBuilds(facts: CheckFacts): readonly Finding[] {
  return runChecks(checks, facts);
}
