import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/etc/motd': file(text('motd', 40)) },
  after: { 'SYSTEM/etc/motd': file('') },
});
