import { scenario, text } from '../../support/scenario.js';
import { file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    'SYSTEM/opt/data/one': file(text('one', 10)),
    'SYSTEM/opt/data/deep/link': link('../one'),
  },
  after: { 'SYSTEM/opt/data': file(text('data', 30)) },
});
