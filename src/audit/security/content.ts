/** What a file's own bytes tell of keys, services and remote access. Pure, one file at a time. */

import { bufferOf } from '../../formats/bytes/view.js';
import type { SecurityFinding, SecurityRule } from '../../model/audit.js';
import type { Severity } from '../../model/finding.js';
import type { Inner } from '../../model/inner.js';
import { largestSearchedTextBytes } from '../../model/limits/audit.js';
import { type BuildPath, baseName } from '../../model/path.js';
import { isText } from '../compare/text/lines.js';

/** A key, not a program that knows the words: base64 or a header has to follow. */
const pemKey = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----\r?\n(?:[A-Za-z0-9+/=]{16,}|[A-Za-z-]+: )/;
const puttyKey = /^PuTTY-User-Key-File-\d/;

/** Whether the bytes are a private key, or hold one. */
export function holdsPrivateKey(path: string, bytes: Uint8Array): boolean {
  // dropbear's host keys are binary: the length of the algorithm's name, the name
  if (/dropbear_\w+_host_key$/.test(path) && bytes.length > 16) return true;
  const text = textOf(bytes);
  return text !== undefined && (pemKey.test(text) || puttyKey.test(text));
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || bytes.length > largestSearchedTextBytes || !isText(bytes)) return undefined;
  return bufferOf(bytes).toString('latin1');
}

/** Programs that wait for others to connect. */
const daemons =
  'telnetd|adbd|dropbear|sshd|lighttpd|uhttpd|httpd|nginx|vsftpd|ftpd|tftpd|proftpd|rsyncd|snmpd|mosquitto|smbd|nmbd|xinetd|inetd|rpcbind|cupsd|avahi-daemon|gdbserver|iperf3?|nc|socat';
const daemonWord = new RegExp(`(?:^|[\\s/"';&|=])(${daemons})(?=$|[\\s"';&|])`, 'g');
const remoteShell = /^(telnetd|adbd)$/;

/** What a start-up file makes listen, as `name: what`. Comments do not count. */
function listeners(path: string, text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));
  if (/\.socket$/.test(path)) {
    for (const line of lines) {
      const match = /^Listen(?:Stream|Datagram)\s*=\s*(.+)$/.exec(line);
      if (match?.[1] !== undefined && !match[1].startsWith('/') && !match[1].startsWith('@'))
        found.add(`a socket on ${match[1]}`);
    }
    return found;
  }
  if (/(^|\/)inetd\.conf$/.test(path) || /(^|\/)xinetd\.d\//.test(path)) {
    for (const line of lines)
      if (/^\S+\s+(stream|dgram)\s/.test(line)) found.add(`the inetd service ${line.split(/\s+/, 1)[0]}`);
    if (/(^|\n)\s*disable\s*=\s*no/.test(text)) found.add(`the xinetd service ${baseName(path)}`);
    return found;
  }
  const startUp = /\.service$/.test(path)
    ? lines.filter((line) => /^Exec\w+\s*=/.test(line))
    : /(^|\/)etc\/(init\.d\/|rc[S0-6]?\.d\/|rc\.local$|inittab$|init\.sh$)/.test(path) ||
        /(^|\/)init(\.[\w.-]+)?\.rc$/.test(path)
      ? lines
      : [];
  for (const line of startUp)
    for (const match of line.slice(0, 2000).matchAll(daemonWord)) if (match[1] !== undefined) found.add(match[1]);
  return found;
}

/** Properties that open a device, and the values with which they do. */
const openProperties: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^(persist\.)?(sys|vendor)\.usb\.config$|^persist\.sys\.usb\.config$/, /(^|,)adb(,|$)/, 'adb is switched on'],
  [/^ro\.adb\.secure$/, /^0$/, 'adb asks for no permission'],
  [/^ro\.debuggable$/, /^1$/, 'the build can be debugged'],
  [/^ro\.secure$/, /^0$/, 'adb gives a root shell'],
];

function openings(path: string, text: string): ReadonlySet<string> {
  const found = new Set<string>();
  if (!/\.prop$/.test(path)) return found;
  for (const line of text.split('\n')) {
    const match = /^\s*([\w.]+)\s*=\s*(.*?)\s*$/.exec(line.slice(0, 500));
    for (const [key, value, meaning] of openProperties) {
      if (match?.[1] !== undefined && key.test(match[1]) && value.test(match[2] ?? ''))
        found.add(`${meaning} (${match[1]}=${match[2]})`);
    }
  }
  return found;
}

/** Compares one file of both builds; `after` is the target's. */
export function contentFindings(
  path: BuildPath,
  before: Uint8Array | undefined,
  after: Uint8Array,
): readonly SecurityFinding[] {
  const findings: SecurityFinding[] = [];
  const add = (rule: SecurityRule, severity: Severity, message: string): void => {
    findings.push({ rule, severity, path, message, standing: 'new' });
  };
  if (holdsPrivateKey(path, after)) {
    const present = before !== undefined && holdsPrivateKey(path, before);
    findings.push({
      rule: 'private-key',
      severity: present ? 'warning' : 'error',
      path,
      message: 'a private key is in the build: every module gets the same one',
      standing: present ? 'present' : 'new',
    });
  }
  const now = textOf(after);
  if (now === undefined) return findings;
  const old = textOf(before);
  const had = old === undefined ? new Set<string>() : listeners(path, old);
  for (const what of listeners(path, now)) {
    if (had.has(what)) continue;
    if (remoteShell.test(what)) add('telnet-or-adb', 'error', `${what} is started`);
    else if (/telnet|adb/.test(what)) add('telnet-or-adb', 'error', `it listens: ${what}`);
    else add('listening-service', 'warning', `it listens: ${what}`);
  }
  const wasOpen = old === undefined ? new Set<string>() : openings(path, old);
  for (const what of openings(path, now)) if (!wasOpen.has(what)) add('telnet-or-adb', 'error', what);
  return findings;
}

/** A link that switches a service on: `multi-user.target.wants/adbd.service`, `rc5.d/S50telnet`. */
export function startLinkFinding(path: BuildPath): readonly SecurityFinding[] {
  const isStart = /\.(wants|requires)\/[^/]+$/.test(path) || /(^|\/)rc[S0-6]\.d\/S\d+[^/]+$/.test(path);
  if (!isStart) return [];
  const name = baseName(path).replace(/^S\d+/, '');
  if (/adb|telnet/i.test(name))
    return [
      {
        rule: 'telnet-or-adb',
        severity: 'error',
        path,
        message: `${name} is started with the device`,
        standing: 'new',
      },
    ];
  const listens = new RegExp(`^(${daemons}|ssh)(\\.(service|socket)|@.*)?$`).test(name) || name.endsWith('.socket');
  return listens
    ? [
        {
          rule: 'listening-service',
          severity: 'warning',
          path,
          message: `${name} is started with the device`,
          standing: 'new',
        },
      ]
    : [];
}

/** Regressions that the inspectors marked: lost defences, opened accounts. */
export function innerFindings(path: BuildPath, inner: Inner): readonly SecurityFinding[] {
  return (inner.facts ?? [])
    .filter((fact) => fact.grade === 'regression')
    .map((fact) => {
      const account = inner.kind === 'text';
      const change = `${fact.label}: ${fact.before ?? 'none'} → ${fact.after ?? 'none'}`;
      return {
        rule: account ? ('account' as const) : ('hardening-lost' as const),
        severity: account ? ('error' as const) : ('warning' as const),
        path,
        message: fact.about === undefined ? change : `${change}; ${fact.about}`,
        standing: 'new' as const,
      };
    });
}
