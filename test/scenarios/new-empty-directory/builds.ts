import { scenario } from '../../support/scenario.js';
import { directory } from '../../support/targetfiles.js';

export const builds = scenario({
  after: { 'SYSTEM/var/spool': directory({ mode: 0o1777 }), 'SYSTEM/mnt/a/b': directory() },
});
