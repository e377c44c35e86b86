/** A pair of small builds in which everything happens that the audit has a word for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLists } from '../../src/input/lists/read-lists.js';
import { openBuild } from '../../src/input/open-build.js';
import type { Audit } from '../../src/model/audit.js';
import { type AuditOptions, auditBuilds } from '../../src/usecases/audit/audit.js';
import { directory, file, link, type NodeSpec, writeTargetFiles } from '../support/targetfiles.js';

const certificates = fileURLToPath(new URL('../../../test/audit/certificates/', import.meta.url));
/** `openssl x509 -enddate`: 2021-01-01, before the target's package time. */
export const expiredRoot = readFileSync(join(certificates, 'expired-root.pem'), 'utf8');
export const validRoot = readFileSync(join(certificates, 'valid-root.pem'), 'utf8');
/** Looks like a key, is none. */
export const key = `-----BEGIN ${'PRIVATE'} KEY-----\n${'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo='.repeat(3)}\n-----END ${'PRIVATE'} KEY-----\n`;

/** A name that is trouble for every format: markup, quotes, a formula, a newline, bytes that are no UTF-8. */
export const hostileName = 'SYSTEM/etc/=</script><img src=x onerror=alert(1)>"\'|`\n\xff&amp;';

const notes = Array.from({ length: 60 }, (_, i) => `line ${i} of a library\n`).join('');

const before: Readonly<Record<string, NodeSpec>> = {
  'SYSTEM/bin/su': file('su', { mode: 0o4755 }),
  'SYSTEM/bin/ping': file('ping', { mode: 0o4755 }),
  'SYSTEM/bin/app': file('old app\n', { mode: 0o755 }),
  'SYSTEM/bin/gone': file('gone', { mode: 0o755 }),
  'SYSTEM/lib/libx-1.0.so': file(`${notes}old\n`),
  'SYSTEM/etc/passwd': file('root:x:0:0:root:/root:/bin/sh\n'),
  'SYSTEM/etc/shadow': file('root:*:1::::::\n'),
  'SYSTEM/etc/app.conf': file('mode=slow\npassword=HUSH1\n'),
  'SYSTEM/etc/init.d/net': file('#!/bin/sh\n# telnetd is off\nifconfig lo up\n', { mode: 0o755 }),
  'SYSTEM/etc/ssl/expired.pem': file(expiredRoot),
  'SYSTEM/etc/link': link('/bin/app'),
  [hostileName]: file('before\n'),
};

const after: Readonly<Record<string, NodeSpec>> = {
  'SYSTEM/build.prop': file('ro.build.id=A02\nro.adb.secure=0\npersist.sys.usb.config=diag,adb\n'),
  'SYSTEM/bin/su': file('su', { mode: 0o4755 }),
  'SYSTEM/bin/ping': file('ping', { mode: 0o755 }),
  'SYSTEM/bin/app': file('new app\n', { mode: 0o6755, uid: 1000, gid: 1000 }),
  'SYSTEM/bin/APP': file('another\n', { mode: 0o777 }),
  'SYSTEM/etc/passwd': file('root:x:0:0:root:/root:/bin/sh\nhelper:x:0:0::/:/bin/sh\n'),
  'SYSTEM/etc/shadow': file('root::1::::::\n'),
  'SYSTEM/etc/app.conf': file('mode=fast\npassword=HUSH2\n'),
  'SYSTEM/etc/init.d/net': file(
    '#!/bin/sh\n# telnetd is off\nifconfig lo up\n/usr/sbin/telnetd -l /bin/sh\ndropbear -R\n',
    {
      mode: 0o755,
    },
  ),
  'SYSTEM/etc/inetd.conf': file('# ftp stream tcp nowait root ftpd\ntftp dgram udp wait root /usr/sbin/tftpd\n'),
  'SYSTEM/etc/ssl/expired.pem': file(expiredRoot),
  'SYSTEM/etc/ssl/bundle.pem': file(`${expiredRoot}${validRoot}`),
  'SYSTEM/etc/ssl/device.key': file(key),
  'SYSTEM/etc/rc5.d/S50adbd': link('../init.d/net'),
  'SYSTEM/etc/link': link('/bin/nothing'),
  'SYSTEM/etc/out': link('../../../outside'),
  'SYSTEM/etc/to-run-time': link('/var/run/x'),
  'SYSTEM/etc/systemd/system/web.socket': file('[Socket]\nListenStream=8080\n'),
  'SYSTEM/lib/libx-1.1.so': file(`${notes}new\n`),
  'SYSTEM/data': directory({ mode: 0o777 }),
  'SYSTEM/tmp': directory({ mode: 0o1777 }),
  [hostileName]: file('after\n'),
};

/** Writes the pair and audits it. Inputs are named `source.zip` and `target.zip`, wherever they are. */
export async function auditPair(folder: string, options: Partial<AuditOptions> = {}): Promise<Audit> {
  const paths = {
    source: writeTargetFiles(join(folder, 'source'), {
      nodes: before,
      revision: 'A01',
      packageTime: '2022-06-22,15:50',
    }),
    target: writeTargetFiles(join(folder, 'target'), {
      nodes: after,
      revision: 'A02',
      packageTime: '2022-09-30,09:10',
    }),
  };
  const source = await openBuild(paths.source, { modes: 'build', role: 'source' });
  const target = await openBuild(paths.target, { modes: 'build', role: 'target' });
  try {
    const lists = await readLists(undefined);
    return await auditBuilds(
      {
        source: { ...source, build: { ...source.build, origin: 'source.zip' } },
        target: { ...target, build: { ...target.build, origin: 'target.zip' } },
        rules: lists.rules,
        findings: lists.findings,
      },
      {
        parts: ['l', 'm', 'o', 'minor'],
        bootUpdate: 'resumable',
        levers: { moves: true, copies: true, crossBases: false, basesPerFile: 2 },
        chmod: 'on-top',
        today: '2026-11-21',
        ...options,
      },
    );
  } finally {
    await source.content.close();
    await target.content.close();
  }
}
