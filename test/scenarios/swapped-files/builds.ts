import { noise, scenario } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/etc/a': file(noise('first', 900)), 'SYSTEM/etc/b': file(noise('second', 1100)) },
  after: { 'SYSTEM/etc/a': file(noise('second', 1100)), 'SYSTEM/etc/b': file(noise('first', 900)) },
});
