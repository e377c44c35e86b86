import { noise, scenario, text } from '../../support/scenario.js';
import { file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'SYSTEM/usr/lib/libc.so': file(noise('libc', 900)) },
  before: {
    'SYSTEM/lib/libm.so': file(noise('libm', 1500), { mode: 0o755 }),
    'SYSTEM/lib/modules.conf': file(text('modules', 200)),
    'SYSTEM/lib/libm.so.6': link('libm.so'),
  },
  after: {
    'SYSTEM/usr/lib/libm.so': file(noise('libm', 1500), { mode: 0o755 }),
    'SYSTEM/usr/lib/modules.conf': file(text('modules', 200, 100)),
    'SYSTEM/usr/lib/libm.so.6': link('libm.so'),
    'SYSTEM/lib': link('usr/lib'),
  },
});
