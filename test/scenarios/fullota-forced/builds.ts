import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/etc/forced.conf': file(text('forced', 30)), 'SYSTEM/lib/radio-1.bin': file(text('radio', 200)) },
  after: {
    'SYSTEM/etc/forced.conf': file(text('forced', 30)),
    'SYSTEM/lib/radio-1.bin': file(text('radio', 200, 100)),
  },
});
