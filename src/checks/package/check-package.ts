/** What a finished package tells before it is sent to a module. */
import type { Build } from '../../model/build.js';
import type { Finding } from '../../model/finding.js';
import { runChecks } from '../check.js';
import type { PackageCheck, PackageFacts } from './facts.js';
import { checkSize, checkSpace } from './size.js';
import { checkSource } from './source.js';

/** All checks, in the order in which their findings are told. */
const checks: readonly PackageCheck[] = [checkSource, checkSize, checkSpace];

/** The package against the note's limits, and whether it is a package of this source. */
export function checkPackage(made: PackageFacts, source: Build): readonly Finding[] {
  return runChecks(checks, { made, source });
}
