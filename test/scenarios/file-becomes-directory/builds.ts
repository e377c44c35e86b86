import { scenario, text } from '../../support/scenario.js';
import { directory, file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/opt/data': file(text('data', 30)) },
  after: {
    'SYSTEM/opt/data/one': file(text('one', 10)),
    'SYSTEM/opt/data/empty': directory({ mode: 0o750 }),
  },
});
