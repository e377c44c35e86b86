/** The sample pair as one table: a path, what is there before and after, and what the row is there for. */
import { Buffer } from 'node:buffer';
import { directory, file, link, type NodeSpec, utf8 } from '../../test/support/targetfiles.js';
import { bootImage, noise, program, rebuilt, settings, zipped } from './firmware.js';

/** One row; `undefined` where the path does not exist. */
export interface SampleChange {
  /** Archive path, one unit a byte. */
  readonly path: string;
  readonly before: NodeSpec | undefined;
  readonly after: NodeSpec | undefined;
  /** What it is there for, as a sentence without a full stop. */
  readonly shows: string;
}

const executable = { mode: 0o755 };
const none = undefined;

const app = program(10, 6000);
const daemon = program(11, 3000);
const library = program(12, 4000);
const moved = program(13, 2500);
const blob = noise(14, 6000);
const certificate = Buffer.from(settings(40));
const web = Buffer.from(settings(900));
const webAfter = Buffer.from(settings(900, 13));
const modem = program(15, 8000, 0x20000);
const kernel = program(16, 9000);
const loader = program(17, 2000);

function row(path: string, before: NodeSpec | undefined, after: NodeSpec | undefined, shows: string): SampleChange {
  return { path, before, after, shows };
}

/** A row whose path is the same in both builds. */
function same(path: string, node: NodeSpec, shows: string): SampleChange {
  return { path, before: node, after: node, shows };
}

export const changes: readonly SampleChange[] = [
  // Content
  row('SYSTEM/bin/app', file(app, executable), file(rebuilt(app, 20), executable), 'a rebuilt program: patched'),
  row(
    'SYSTEM/bin/su',
    file(daemon, { mode: 0o4755 }),
    file(rebuilt(daemon, 21), { mode: 0o4755 }),
    'a set-uid program that is patched: the device loses the bit, the script sets it again',
  ),
  row('SYSTEM/etc/app.conf', file(settings(300)), file(settings(300, 17)), 'text with changed lines: patched'),
  row(
    'SYSTEM/etc/random.seed',
    file(blob),
    file(noise(30, 6000)),
    'wholly new content: no patch is smaller, sent whole',
  ),
  row(
    'SYSTEM/usr/share/web.gz',
    file(zipped(web)),
    file(zipped(webAfter)),
    'a compressed file whose content changed a little',
  ),
  row('SYSTEM/bin/fresh', none, file(program(31, 800), executable), 'a new program: sent whole'),
  row('SYSTEM/bin/obsolete', file(program(32, 500), executable), none, 'a program that is gone: deleted'),
  same('SYSTEM/lib/libsame.so', file(library), 'the same in both builds: neither sent nor checked'),

  // Moves, copies, likeness
  row('SYSTEM/lib/libnet.so.1', file(moved), none, 'a library whose version number goes up …'),
  row('SYSTEM/lib/libnet.so.2', none, file(rebuilt(moved, 22)), '… patched from where it was'),
  row('SYSTEM/usr/share/old-place/logo.raw', file(noise(33, 5000)), none, 'a file that moves without a change …'),
  row('SYSTEM/usr/share/new-place/logo.raw', none, file(noise(33, 5000)), '… made from its old place'),
  same('SYSTEM/etc/ssl/root.pem', file(certificate), 'a file that stays …'),
  row('SYSTEM/etc/ssl/backup.pem', none, file(certificate), '… and is copied'),
  row(
    'SYSTEM/lib/libsame-extra.so',
    none,
    file(rebuilt(library, 23)),
    'a new file like one that stays: patched from it',
  ),

  // Empty files
  row('SYSTEM/etc/becomes-empty', file('no longer needed\n'), file(''), 'a file that becomes empty'),
  row(
    'SYSTEM/etc/was-empty',
    file(''),
    file('now in use\n'),
    'an empty file that gets content: the device cannot patch it',
  ),
  row('SYSTEM/etc/new-empty', none, file(''), 'a new empty file'),

  // Owners and modes
  row(
    'SYSTEM/bin/tool',
    file(program(34, 200), { mode: 0o644 }),
    file(program(34, 200), executable),
    'only the mode changes',
  ),
  row(
    'SYSTEM/data/spool',
    file('queue\n', { uid: 0, gid: 0 }),
    file('queue\n', { uid: 1000, gid: 1000, mode: 0o600 }),
    'only the owner changes',
  ),
  row('SYSTEM/home/root', directory({ mode: 0o755 }), directory({ mode: 0o700 }), 'a directory whose mode changes'),

  // Links
  row('SYSTEM/lib/libnet.so', link('libnet.so.1'), link('libnet.so.2'), 'a link that points elsewhere'),
  row('SYSTEM/bin/sh', none, link('app'), 'a new link'),
  row('SYSTEM/bin/ash', link('app'), none, 'a link that is gone'),
  row('SYSTEM/etc/resolv.conf', link('/run/resolv.conf'), link('/var/run/resolv.conf'), 'a dangling link'),
  row(
    'SYSTEM/etc/deep-link',
    none,
    link(`${'deep/'.repeat(220)}end`),
    'a link text longer than a literal of the script may be',
  ),

  // One kind becomes another
  row('SYSTEM/etc/file-to-link', file('once a file\n'), link('app.conf'), 'a file becomes a link'),
  row('SYSTEM/etc/link-to-file', link('app.conf'), file(settings(20)), 'a link becomes a file: the link must go first'),
  row('SYSTEM/opt/file-to-directory', file('once a file\n'), directory(), 'a file becomes a directory …'),
  row('SYSTEM/opt/file-to-directory/inside', none, file('below what was a file\n'), '… with a file in it'),
  row('SYSTEM/opt/directory-to-file', directory(), file('once a directory\n'), 'a directory becomes a file …'),
  row('SYSTEM/opt/directory-to-file/inside', file('below what becomes a file\n'), none, '… and what was in it goes'),
  row('SYSTEM/opt/directory-to-link', directory(), link('file-to-directory'), 'a directory becomes a link …'),
  row('SYSTEM/opt/directory-to-link/inside', file('below what becomes a link\n'), none, '… and what was in it goes'),
  row('SYSTEM/opt/link-to-directory', link('nowhere'), directory(), 'a link becomes a directory …'),
  row('SYSTEM/opt/link-to-directory/inside', none, file('below what was a link\n'), '… with a file in it'),

  // Directories
  row('SYSTEM/var/new-empty', none, directory({ mode: 0o1777 }), 'a new empty directory, with the sticky bit'),
  row('SYSTEM/var/old-empty', directory(), none, 'an empty directory that is gone'),
  row('SYSTEM/var/tree/a/b/c', file('deep\n'), none, 'a whole tree that is gone'),

  // Names
  row('SYSTEM/etc/with space', file(settings(30)), file(settings(30, 5)), 'a blank in a name, patched'),
  row('SYSTEM/etc/say "hi"', file(settings(31)), file(settings(31, 5)), 'quotes in a name'),
  row('SYSTEM/etc/back\\slash', file(settings(32)), file(settings(32, 5)), 'a backslash in a name'),
  row('SYSTEM/etc/$(reboot);#', file(settings(33)), file(settings(33, 5)), 'a name that a shell would run'),
  row(
    utf8('SYSTEM/etc/čeština.conf'),
    file(settings(34)),
    file(settings(34, 5)),
    'bytes beyond ASCII in a name, patched',
  ),
  row(utf8('SYSTEM/etc/日本語'), none, file('new\n'), 'a new file whose name the device’s zip reader cannot read'),
  row('SYSTEM/etc/latin-\xe9', none, file('new\n'), 'a name that is no UTF-8'),
  row('SYSTEM/etc/taken', file(settings(200)), file(settings(200, 11)), 'a file that is patched …'),
  same('SYSTEM/etc/taken.patch', file('mine\n'), '… next to one with the name of the device’s temporary file'),

  // Lists
  row(
    'SYSTEM/kt_dms/ec25/kt_svc',
    file(settings(50)),
    file(settings(50, 7)),
    'kept as it is on the device, by the noota list',
  ),
  row('SYSTEM/etc/webui/test.cfg', file('set on site\n'), none, 'kept although it is gone, by the noota list'),
  row(
    'SYSTEM/etc/webui/theme.cfg',
    none,
    file('colour = blue\n'),
    'not sent although it is new, by a folder in the noota list',
  ),
  same('SYSTEM/etc/forced.conf', file('as shipped\n'), 'sent although it did not change, by the fullota list'),
  row(
    'SYSTEM/lib/firmware/radio-1.bin',
    file(daemon),
    file(rebuilt(daemon, 24)),
    'sent whole, by a pattern in the fullota list',
  ),
  same('SYSTEM/usr/bin/test_bin', file(program(35, 100), executable), 'gets owner and mode from the chmod list'),
  same('SYSTEM/home/test_folder/notes', file('notes\n'), 'in a folder that gets owner and modes from the chmod list'),

  // Modem
  row('SYSTEM/firmware/image/modem.b02', file(modem), file(rebuilt(modem, 25)), 'modem code: patched'),
  row('SYSTEM/firmware/image/modem_pr/so/895_0_0.mbn', none, file(program(36, 300)), 'a new carrier configuration'),
  row(
    'SYSTEM/firmware/image/modem_pr/so/894_0_0.mbn',
    file(program(37, 300)),
    none,
    'a carrier configuration that is gone',
  ),
  row(
    'SYSTEM/firmware/image/seg_info.txt',
    file('seg 1\n'),
    file('seg 2\n'),
    'kept by a default line of the noota list',
  ),

  // Kernel and minor partitions
  row(
    'BOOTABLE_IMAGES/boot.img',
    file(bootImage(kernel)),
    file(bootImage(rebuilt(kernel, 26))),
    'the kernel’s partition: patched',
  ),
  same('BOOTABLE_IMAGES/recovery.img', file(bootImage(kernel)), 'never part of a package'),
  row('MULTIFOTA/abl.elf', file(loader), file(rebuilt(loader, 27)), 'a minor partition that the multifota list maps'),
  same('MULTIFOTA/tz.mbn', file(program(38, 400)), 'a minor partition that did not change'),

  // What comes with every build
  row(
    'SYSTEM/build.prop',
    file('ro.build.id=SAMPLE-1\nro.build.date=2022-06-22\n'),
    file('ro.build.id=SAMPLE-2\nro.build.date=2022-09-30\n'),
    'rewritten by every build: patched last, the mark that all is done',
  ),
  same(
    'OTA/bin/updater',
    file('not a real updater: the sample is never sent to a module\n', executable),
    'becomes update-binary in the package',
  ),
];
