import { scenario, text } from '../../support/scenario.js';
import { file, link } from '../../support/targetfiles.js';

export const builds = scenario({
  before: {
    'SYSTEM/bin/app': file(text('app', 200), { mode: 0o755 }),
    'SYSTEM/bin/old': file(text('old', 10)),
    'SYSTEM/firmware/image/modem.b02': file(text('modem', 200)),
    'SYSTEM/firmware/image/old.mbn': file(text('old-modem', 10)),
    'BOOTABLE_IMAGES/boot.img': file(text('kernel', 200)),
    'MULTIFOTA/abl.elf': file(text('abl', 100)),
  },
  after: {
    'SYSTEM/bin/app': file(text('app', 200, 100), { mode: 0o750 }),
    'SYSTEM/bin/link': link('app'),
    'SYSTEM/firmware/image/modem.b02': file(text('modem', 200, 100), { mode: 0o640 }),
    'SYSTEM/firmware/image/link': link('modem.b02'),
    'BOOTABLE_IMAGES/boot.img': file(text('kernel', 200, 100)),
    'MULTIFOTA/abl.elf': file(text('abl', 100, 50)),
  },
  parts: 'l',
  ends: {
    'SYSTEM/bin/app': file(text('app', 200, 100), { mode: 0o750 }),
    'SYSTEM/bin/link': link('app'),
    'SYSTEM/firmware/image/modem.b02': file(text('modem', 200)),
    'SYSTEM/firmware/image/old.mbn': file(text('old-modem', 10)),
    'BOOTABLE_IMAGES/boot.img': file(text('kernel', 200)),
  },
});
