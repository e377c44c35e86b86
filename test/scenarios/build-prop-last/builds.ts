import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: { 'SYSTEM/bin/app': file(text('app', 200)), 'SYSTEM/build.prop': file(`${text('prop', 100)}ro.id=1\n`) },
  after: { 'SYSTEM/bin/app': file(text('app', 200, 100)), 'SYSTEM/build.prop': file(`${text('prop', 100)}ro.id=2\n`) },
});
