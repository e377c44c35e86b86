import { scenario, text } from '../../support/scenario.js';
import { file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    'SYSTEM/usr/lib/libssl.so.1.1': file(text('ssl', 400), { mode: 0o755 }),
    'SYSTEM/usr/lib/libssl.so': link('libssl.so.1.1'),
  },
  after: {
    'SYSTEM/usr/lib/libssl.so.3': file(text('ssl', 400, 10, 200), { mode: 0o755 }),
    'SYSTEM/usr/lib/libssl.so': link('libssl.so.3'),
  },
});
