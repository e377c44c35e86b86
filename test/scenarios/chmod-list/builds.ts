import { scenario, text } from '../../support/scenario.js';
import { directory, file } from '../../support/targetfiles.js';

export const builds = scenario({
  after: { 'DATA/another': file('the same build twice would be refused') },
  both: {
    'SYSTEM/home/test_folder/notes': file(text('notes', 10)),
    'SYSTEM/home/test_folder/deep/more': file(text('more', 10), { mode: 0o600 }),
    'SYSTEM/usr/bin/test_bin': file(text('bin', 10), { mode: 0o755 }),
    'SYSTEM/usr/bin/test_bin1': file(text('bin1', 10), { mode: 0o755 }),
    'SYSTEM/usr/bin/test_bin2': file(text('bin2', 10), { mode: 0o600, uid: 7 }),
  },
  ends: {
    'SYSTEM/home/test_folder': directory({ mode: 0o644, uid: 1 }),
    'SYSTEM/home/test_folder/notes': file(text('notes', 10), { mode: 0o755, uid: 1 }),
    'SYSTEM/home/test_folder/deep': directory({ mode: 0o644, uid: 1 }),
    'SYSTEM/home/test_folder/deep/more': file(text('more', 10), { mode: 0o755, uid: 1 }),
    'SYSTEM/usr/bin/test_bin': file(text('bin', 10), { mode: 0o644, uid: 2, gid: 2 }),
    'SYSTEM/usr/bin/test_bin1': file(text('bin1', 10), { mode: 0o742, uid: 3, gid: 1 }),
    'SYSTEM/usr/bin/test_bin2': file(text('bin2', 10), { mode: 0o755 }),
  },
});
