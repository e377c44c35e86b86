import { scenario, text } from '../../support/scenario.js';
import { file } from '../../support/targetfiles.js';

export const builds = scenario({
  both: {
    'RECOVERY/recovery.fstab': file(
      [
        '/boot emmc /dev/block/bootdevice/by-name/boot',
        '/cache ext4 /dev/block/bootdevice/by-name/cache',
        '/data ext4 /dev/block/bootdevice/by-name/userdata',
        '/recovery emmc /dev/block/bootdevice/by-name/recovery',
        '/system ext4 /dev/block/bootdevice/by-name/system',
        '',
      ].join('\n'),
    ),
  },
  before: {
    'BOOTABLE_IMAGES/boot.img': file(text('kernel', 300)),
    'MULTIFOTA/abl.elf': file(text('abl', 100)),
    'SYSTEM/bin/app': file(text('app', 200)),
  },
  after: {
    'BOOTABLE_IMAGES/boot.img': file(text('kernel', 300, 150)),
    'MULTIFOTA/abl.elf': file(text('abl', 100, 50)),
    'SYSTEM/bin/app': file(text('app', 200, 100)),
  },
  images: { 'MULTIFOTA/abl.elf': '/dev/block/bootdevice/by-name/abl' },
});
