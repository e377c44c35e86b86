import { noise, scenario } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/build.prop': null },
  after: { 'SYSTEM/build.prop': file(noise('prop', 100)), 'SYSTEM/bin/fresh': file(noise('fresh', 300)) },
});
