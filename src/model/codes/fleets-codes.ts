import type { CodeTexts } from './code-text.js';

/** What may be wrong with a fleet. */
export const fleetsCodes = {
  'fleet-version-unknown': {
    meaning: 'the archive does not hold a version that the fleet names',
    remedy: 'correct the name, or add the build with dfota archive add BUILD --to ARCHIVE',
  },
  'fleet-chain-cycle': {
    meaning: 'the chains of a policy lead in a circle, so that no device would arrive',
    remedy: 'take one of the chains out',
  },
  'fleet-output-twice': {
    meaning: 'two products, or two packages, would be written to the same place',
    remedy: 'give each product a folder of its own',
  },
  'fleet-budget-unit': {
    meaning: 'a budget is a number without a unit',
    remedy: 'write the unit, as in 60MB',
  },
  'fleet-budget-exceeded': {
    meaning: 'a package is larger than its budget',
    remedy: 'look at what it is made of with dfota audit, or raise the budget',
  },
  'fleet-field': {
    meaning: 'a line of the table of versions in the field is not valid',
    remedy: 'write a version and a whole number in each line, as in RG520NNADAR01A01,1200',
  },
  'fleet-too-large': {
    meaning: 'the fleet has more packages than can be planned',
    remedy: 'narrow the patterns, or limit how many versions back packages lead',
  },
  'fleet-job-unknown': {
    meaning: 'the plan has no package of this name',
    remedy: 'see dfota fleet plan for the names',
  },
  'fleet-left': {
    meaning: 'no way leads from a version in the field to the newest one',
    remedy: 'raise policy: back, or say policy: beyond: chain',
  },
  'fleet-inputs-changed': {
    meaning: 'a build, a list or an option is not the one that the plan was made of',
    remedy: 'plan again; on another machine, see that it has the same archive and lists',
  },
} as const satisfies CodeTexts;
