import { scenario, text } from '../../support/scenario.js';
import { directory, file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    'SYSTEM/etc/key': file(text('key', 10), { mode: 0o644 }),
    'SYSTEM/etc/spool': file(text('spool', 10)),
    'SYSTEM/home/root': directory(),
  },
  after: {
    'SYSTEM/etc/key': file(text('key', 10), { mode: 0o600 }),
    'SYSTEM/etc/spool': file(text('spool', 10), { uid: 1000, gid: 1001 }),
    'SYSTEM/home/root': directory({ mode: 0o700, gid: 1000 }),
  },
});
