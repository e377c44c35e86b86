/** What a release engineer should know about a prepared target before shipping it. */
import type { Finding } from '../../model/finding.js';
import { type Check, runChecks } from '../check.js';
import { checkBootImage } from './boot.js';
import { checkBuildPropKept } from './build-prop.js';
import type { PreparedFacts } from './facts.js';
import { checkLinksCopied } from './links.js';
import { checkModemFolder, checkModemKept } from './modem.js';
import { checkNotTaken, checkRootFileSystem } from './root-file-system.js';
import { checkUpdater } from './updater.js';
import { checkVersion } from './version.js';

/** All checks, in the order in which their findings are told. */
const checks: readonly Check<PreparedFacts>[] = [
  checkUpdater,
  checkVersion,
  checkRootFileSystem,
  checkBuildPropKept,
  checkLinksCopied,
  checkNotTaken,
  checkModemFolder,
  checkModemKept,
  checkBootImage,
];

/** Runs all checks. Pure. */
export function checkPrepared(facts: PreparedFacts): readonly Finding[] {
  return runChecks(checks, facts);
}
