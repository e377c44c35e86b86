import { noise, scenario } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/usr/share/old/logo.raw': file(noise('logo', 4000)) },
  after: { 'SYSTEM/usr/share/new/logo.raw': file(noise('logo', 4000)) },
});
