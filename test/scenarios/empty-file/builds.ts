import { scenario } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'SYSTEM/etc/stays': file('') },
  before: { 'SYSTEM/etc/gone': file('') },
  after: { 'SYSTEM/etc/fresh': file('') },
});
