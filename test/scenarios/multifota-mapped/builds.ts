import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'MULTIFOTA/abl.elf': file(text('abl', 100)), 'MULTIFOTA/tz.mbn': file(text('tz', 100)) },
  after: { 'MULTIFOTA/abl.elf': file(text('abl', 100, 50)), 'MULTIFOTA/tz.mbn': file(text('tz', 100)) },
  images: { 'MULTIFOTA/abl.elf': 'abl' },
});
