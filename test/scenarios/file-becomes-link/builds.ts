import { scenario, text } from '../../support/scenario.js';
import { file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'SYSTEM/etc/real.conf': file(text('real', 20)) },
  before: { 'SYSTEM/etc/app.conf': file(text('app', 20)) },
  after: { 'SYSTEM/etc/app.conf': link('real.conf') },
});
