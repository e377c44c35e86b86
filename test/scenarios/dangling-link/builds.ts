import { scenario } from '../../support/scenario.js';
import { link } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/etc/resolv.conf': link('/run/resolv.conf'), 'SYSTEM/etc/gone': link('/run/gone') },
  after: { 'SYSTEM/etc/resolv.conf': link('/var/run/resolv.conf'), 'SYSTEM/etc/mtab': link('../proc/self/mounts') },
});
