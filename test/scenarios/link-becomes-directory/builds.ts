import { scenario, text } from '../../support/scenario.js';
import { file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'SYSTEM/var/log/kept': file(text('kept', 10)), 'SYSTEM/opt/var': link('../var') },
  before: { 'SYSTEM/opt/log': link('../var/log') },
  after: { 'SYSTEM/opt/log/fresh': file(text('fresh', 10)), 'SYSTEM/opt/log/kept': file(text('other', 10)) },
});
