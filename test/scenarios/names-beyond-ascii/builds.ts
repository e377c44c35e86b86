import { noise, scenario, text } from '../../support/scenario.js';
import { directory, file, link, utf8 } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    [utf8('SYSTEM/etc/čeština.conf')]: file(text('czech', 200)),
    'SYSTEM/etc/latin-\xe9': file(text('latin', 10)),
    [utf8('SYSTEM/etc/gone-ß')]: file(text('gone', 10)),
  },
  after: {
    [utf8('SYSTEM/etc/čeština.conf')]: file(text('czech', 200, 100)),
    'SYSTEM/etc/latin-\xe9': file(noise('latin', 300)),
    [utf8('SYSTEM/日本/語')]: file(noise('japanese', 300)),
    'SYSTEM/etc/\xff\xfe': link(utf8('čeština.conf')),
    'SYSTEM/bad\x80/empty': directory(),
  },
});
