import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'MULTIFOTA/abl.elf': file(text('abl', 100)) },
  after: { 'MULTIFOTA/abl.elf': file(text('abl', 100, 50)) },
  findings: ['multifota-image-unmapped'],
});
