import { noise, text } from './scenario.js';
import { directory, file, link, type NodeSpec, type TargetFilesSpec, utf8 } from './targetfiles.js';

const program = { mode: 0o755 };

const both: Readonly<Record<string, NodeSpec>> = {
  'SYSTEM/lib/libsame.so': file(noise('same', 3000)),
  'SYSTEM/var/stays/kept': file(text('kept', 10)),
};

const before: Readonly<Record<string, NodeSpec>> = {
  'BOOTABLE_IMAGES/boot.img': file(text('kernel', 400)),
  'MULTIFOTA/abl.elf': file(text('abl', 100)),
  'SYSTEM/bin/app': file(text('app', 300), program),
  'SYSTEM/bin/su': file(text('su', 200), { mode: 0o4755 }),
  'SYSTEM/bin/old': file(text('old', 20), program),
  'SYSTEM/bin/older': file(text('older', 20), program),
  'SYSTEM/build.prop': file(text('prop', 200)),
  'SYSTEM/etc/config': file(text('config', 30)),
  'SYSTEM/etc/link': link('config'),
  'SYSTEM/etc/becomes-file': link('config'),
  'SYSTEM/lib/libnet.so.1': file(text('net', 300)),
  'SYSTEM/lib/libmove.so': file(noise('move', 2000)),
  'SYSTEM/opt/log': link('../var/stays'),
  'SYSTEM/opt/merged/tool': file(text('tool', 200), program),
  'SYSTEM/opt/target/there': file(text('there', 10)),
  'SYSTEM/opt/shape': file(text('shape', 10)),
  'SYSTEM/var/gone/a/b': file(text('b', 10)),
};

const after: Readonly<Record<string, NodeSpec>> = {
  'BOOTABLE_IMAGES/boot.img': file(text('kernel', 400, 200)),
  'MULTIFOTA/abl.elf': file(text('abl', 100, 50)),
  'SYSTEM/bin/app': file(text('app', 300, 150), program),
  'SYSTEM/bin/su': file(text('su', 200, 100), { mode: 0o4755 }),
  'SYSTEM/bin/fresh': file(noise('fresh', 5000), { mode: 0o750, gid: 3003 }),
  'SYSTEM/build.prop': file(text('prop', 200, 100)),
  'SYSTEM/etc/config': file(text('config', 30), { uid: 1000 }),
  'SYSTEM/etc/link': link('fresh.conf'),
  'SYSTEM/etc/second': link('fresh.conf'),
  'SYSTEM/etc/fresh.conf': file(noise('fresh.conf', 900)),
  'SYSTEM/etc/becomes-file': file(noise('becomes', 700)),
  [utf8('SYSTEM/etc/höhe')]: file(''),
  'SYSTEM/lib/libnet.so.2': file(text('net', 300, 50)),
  'SYSTEM/lib/moved/libmove.so': file(noise('move', 2000)),
  'SYSTEM/lib/libcopy.so': file(noise('same', 3000)),
  'SYSTEM/opt/log/own': file(noise('own', 600)),
  'SYSTEM/opt/merged': link('target'),
  'SYSTEM/opt/target/there': file(text('there', 10)),
  'SYSTEM/opt/target/tool': file(text('tool', 200, 100), program),
  'SYSTEM/opt/shape/inside': file(noise('inside', 500)),
  'SYSTEM/var/empty': directory({ mode: 0o1777 }),
};

/** Two builds whose package holds every kind of statement; what it makes is the target, nothing is kept. */
export const mutationPair: { readonly source: TargetFilesSpec; readonly target: TargetFilesSpec } = {
  source: { nodes: { ...both, ...before }, revision: 'A01' },
  target: { nodes: { ...both, ...after }, revision: 'A02' },
};
