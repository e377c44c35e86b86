/** What would leave modules without a start, or is not what it seems: told before anything is planned. */
import type { Finding } from '../../model/finding.js';
import { runChecks } from '../check.js';
import { guardBootImage } from './boot-image.js';
import type { Guard, GuardFacts } from './facts.js';
import { guardFirmware, guardMergedFolders, guardSystem } from './gone.js';
import { guardImages } from './images.js';
import { guardLinks, guardLinkTexts } from './links.js';
import { guardLitter } from './litter.js';
import { guardMachines, guardUpdater } from './machines.js';
import { guardOneOwner, guardWorldWritable } from './owners.js';
import { guardModes, guardPrograms } from './programs.js';
import { guardOrder } from './swapped.js';

/** All guards: first what costs a module, then what is worth a look. */
const guards: readonly Guard[] = [
  guardBootImage,
  guardUpdater,
  guardSystem,
  guardFirmware,
  guardMergedFolders,
  guardModes,
  guardPrograms,
  guardLinks,
  guardLinkTexts,
  guardMachines,
  guardImages,
  guardOrder,
  guardWorldWritable,
  guardOneOwner,
  guardLitter,
];

/** Runs all guards. Pure. */
export function guardFindings(facts: GuardFacts): readonly Finding[] {
  return runChecks(guards, facts);
}
