import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'SYSTEM/etc/app.conf.patch': file(text('mine', 10)) },
  before: { 'SYSTEM/etc/app.conf': file(text('app', 200)) },
  after: { 'SYSTEM/etc/app.conf': file(text('app', 200, 100)) },
});
