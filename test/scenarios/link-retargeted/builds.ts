import { scenario } from '../../support/scenario.js';
import { link } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/lib/libz.so': link('libz.so.1.2'), 'SYSTEM/lib/old.so': link('libz.so.1.2') },
  after: {
    'SYSTEM/lib/libz.so': link('libz.so.1.3'),
    'SYSTEM/lib/libz.so.1': link('libz.so.1.3'),
    'SYSTEM/lib/with"quote': link('to "that" \\ one'),
  },
});
