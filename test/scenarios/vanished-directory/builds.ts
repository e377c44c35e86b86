import { scenario, text } from '../../support/scenario.js';
import { directory, file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  both: { 'SYSTEM/var/stays': directory() },
  before: {
    'SYSTEM/var/empty': directory(),
    'SYSTEM/var/tree/a/file': file(text('a', 10)),
    'SYSTEM/var/tree/link': link('a/file'),
  },
});
