import { scenario, text } from '../../support/scenario.js';
import { file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'SYSTEM/etc/real.conf': file(text('real', 20)), 'SYSTEM/etc/other.conf': link('real.conf') },
  before: { 'SYSTEM/etc/app.conf': link('real.conf') },
  after: { 'SYSTEM/etc/app.conf': file(text('app', 20)) },
});
