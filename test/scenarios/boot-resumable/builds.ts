import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'BOOTABLE_IMAGES/boot.img': file(text('kernel', 300)) },
  after: { 'BOOTABLE_IMAGES/boot.img': file(text('kernel', 300, 150)) },
});
