import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/usr/bin/tool.py': file(text('tool', 300), { mode: 0o755 }) },
  after: { 'SYSTEM/usr/sbin/tool.py': file(text('tool', 300, 150), { mode: 0o755 }) },
});
