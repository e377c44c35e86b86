import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

const script = (content: string) => file(content, { mode: 0o755 });

export const builds = scenario({
  before: {
    'SYSTEM/usr/bin/dump': script(text('old dump', 300)),
    'SYSTEM/usr/bin/make': script(text('make', 400)),
    'SYSTEM/usr/sbin/check': script(text('old check', 200)),
  },
  after: {
    'SYSTEM/usr/bin/dump': script(text('common', 300, 20) + text('dump', 100)),
    'SYSTEM/usr/bin/list': script(text('common', 300, 20) + text('dump', 100, 50) + text('list', 20)),
    'SYSTEM/usr/bin/make': script(text('make', 400) + text('common', 300)),
    'SYSTEM/usr/sbin/check': script(text('common', 300, 7, 250)),
  },
});
