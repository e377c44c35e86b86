import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'BOOTABLE_IMAGES/boot.img': file(text('kernel', 300)) },
  after: { 'BOOTABLE_IMAGES/boot.img': file(text('kernel', 300, 150)) },
  options: { bootUpdate: 'in-place', permissions: 'set_metadata', dialect: 'abort' },
  profile: 'android-7.1',
  losesToCuts: true,
});
