import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'BOOTABLE_IMAGES/boot.img': null },
  before: { 'SYSTEM/bin/app': file(text('app', 200)) },
  after: { 'SYSTEM/bin/app': file(text('app', 200, 100)) },
});
