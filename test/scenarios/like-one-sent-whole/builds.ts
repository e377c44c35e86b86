import { noise, scenario } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

const common = noise('common', 9000);

export const builds = scenario({
  before: {
    'SYSTEM/usr/lib/a.bin': file(noise('a', 8000)),
    'SYSTEM/usr/lib/b.bin': file(noise('b', 8000)),
  },
  after: {
    'SYSTEM/usr/lib/a.bin': file(common),
    'SYSTEM/usr/lib/b.bin': file(Buffer.concat([common, noise('b2', 40)])),
  },
});
