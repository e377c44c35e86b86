import { noise, scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    'SYSTEM/bin/su': file(text('su', 200), { mode: 0o4755 }),
    'SYSTEM/bin/wall': file(text('wall', 200), { mode: 0o2755, gid: 5 }),
  },
  after: {
    'SYSTEM/bin/su': file(text('su', 200, 100), { mode: 0o4755 }),
    'SYSTEM/usr/bin/wall': file(text('wall', 200), { mode: 0o2755, gid: 5 }),
    'SYSTEM/bin/ping': file(noise('ping', 400), { mode: 0o4711 }),
  },
});
