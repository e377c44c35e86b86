import { noise, scenario, text } from '../../support/scenario.js';
import { directory, file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    'SYSTEM/opt/app-1.0/bin/run': file(text('run', 200), { mode: 0o755 }),
    'SYSTEM/opt/app-1.0/data.bin': file(noise('data', 3000)),
    'SYSTEM/opt/app-1.0/current': link('bin/run'),
    'SYSTEM/opt/app-1.0/tmp': directory({ mode: 0o1777 }),
  },
  after: {
    'SYSTEM/opt/app-1.1/bin/run': file(text('run', 200, 50), { mode: 0o755 }),
    'SYSTEM/opt/app-1.1/data.bin': file(noise('data', 3000)),
    'SYSTEM/opt/app-1.1/current': link('bin/run'),
    'SYSTEM/opt/app-1.1/tmp': directory({ mode: 0o1777 }),
  },
});
