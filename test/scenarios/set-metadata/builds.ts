import { noise, scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  misc: { use_set_metadata: '1' },
  before: {
    'SYSTEM/bin/ping': file(text('ping', 200), { mode: 0o755, selabel: 'u:object_r:ping:s0', capabilities: 0x2000n }),
    'SYSTEM/etc/label': file(text('label', 10), { selabel: 'u:object_r:old:s0' }),
  },
  after: {
    'SYSTEM/bin/ping': file(text('ping', 200, 100), {
      mode: 0o755,
      selabel: 'u:object_r:ping:s0',
      capabilities: 0x2000n,
    }),
    'SYSTEM/etc/label': file(text('label', 10), { selabel: 'u:object_r:new:s0' }),
    'SYSTEM/bin/fresh': file(noise('fresh', 300), { mode: 0o750, gid: 3003, capabilities: 0x400n }),
  },
  options: { dialect: 'abort' },
});
