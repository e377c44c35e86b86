import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    'SYSTEM/kt_dms/ec25/kt_svc': file(text('svc', 50)),
    'SYSTEM/etc/webui/test.cfg': file(text('test', 10)),
    'SYSTEM/opt/old/state/serial': file(text('serial', 10)),
    'SYSTEM/opt/old/state/other': file(text('other', 10)),
    'SYSTEM/opt/old/tool': file(text('tool', 10)),
  },
  after: {
    'SYSTEM/kt_dms/ec25/kt_svc': file(text('svc', 50, 25)),
    'SYSTEM/etc/webui/theme.cfg': file(text('theme', 10)),
  },
  ends: {
    'SYSTEM/kt_dms/ec25/kt_svc': file(text('svc', 50)),
    'SYSTEM/etc/webui/test.cfg': file(text('test', 10)),
    'SYSTEM/opt/old/state/serial': file(text('serial', 10)),
  },
});
