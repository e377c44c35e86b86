import { noise, scenario, text } from '../../support/scenario.js';
import { file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    'SYSTEM/etc/with space': file(text('space', 200)),
    'SYSTEM/etc/say "hi"': file(text('quote', 200)),
    'SYSTEM/etc/back\\slash\\n': file(text('backslash', 200)),
    'SYSTEM/etc/old $(reboot);#': file(text('shell', 10)),
  },
  after: {
    'SYSTEM/etc/with space': file(text('space', 200, 100)),
    'SYSTEM/etc/say "hi"': file(text('quote', 200, 100)),
    'SYSTEM/etc/back\\slash\\n': file(text('backslash', 200, 100)),
    'SYSTEM/etc/new $(reboot);#': file(noise('shell', 300)),
    "SYSTEM/etc/it's": file(noise('apostrophe', 300)),
    'SYSTEM/etc/a, b': link('with space'),
  },
});
