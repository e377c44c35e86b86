import { noise, scenario } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'SYSTEM/etc/ssl/root.pem': file(noise('pem', 2000)) },
  after: {
    'SYSTEM/etc/ssl/backup.pem': file(noise('pem', 2000)),
    'SYSTEM/usr/share/ca/root.pem': file(noise('pem', 2000)),
  },
});
