/** The readers of text, for the fuzz: what each may throw, sound samples, and words of its format. */
import { Buffer } from 'node:buffer';
import { parsePolicy } from '../../../src/audit/policy/parse.js';
import { parseEdify } from '../../../src/device/edify/parse.js';
import { EdifySyntaxError } from '../../../src/device/edify/syntax.js';
import { explain } from '../../../src/explain/explain.js';
import { explainLog } from '../../../src/explain/log.js';
import { parseHolder } from '../../../src/files/lock-holder.js';
import { FormatError } from '../../../src/formats/format-error.js';
import { parseFileList, parseMd5Sums } from '../../../src/formats/package-database/file-lists.js';
import { parseOsRelease } from '../../../src/formats/package-database/os-release.js';
import { parseStatus } from '../../../src/formats/package-database/status.js';
import { plainText } from '../../../src/formats/text/plain-text.js';
import { parseProjectVersion } from '../../../src/formats/text/project-version.js';
import { parseHashList } from '../../../src/input/device-files.js';
import { parseChmodList } from '../../../src/input/lists/chmod-list.js';
import { parseMultifotaList } from '../../../src/input/lists/multifota-list.js';
import { parsePathList } from '../../../src/input/lists/path-list.js';
import { compilePattern } from '../../../src/input/lists/pattern.js';
import { parseFilesystemConfig } from '../../../src/input/metadata/filesystem-config.js';
import { parseMiscInfo } from '../../../src/input/metadata/misc-info.js';
import { parseOwnersTable } from '../../../src/input/metadata/owners-table.js';
import { parseRecoveryFstab } from '../../../src/input/metadata/recovery-fstab.js';
import { toSha1, toSha256 } from '../../../src/model/digest.js';
import { InputError } from '../../../src/model/errors.js';
import { type BuildPath, toBuildPath } from '../../../src/model/path.js';
import type { TreeNode } from '../../../src/model/tree.js';
import { digestOfNodes } from '../../../src/model/tree-digest.js';
import { parseManifest, printManifest } from '../../../src/store/archive/manifest.js';
import type { FuzzReader } from './reader.js';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
/** Samples of text, one unit a byte. */
export const texts =
  (...all: readonly string[]) =>
  (): readonly Buffer[] =>
    all.map((text) => Buffer.from(text, 'latin1'));
const file = 'input';
const place = { file };
const listWords = [
  'SYSTEM/',
  '*',
  '**',
  '[a-z]',
  '[!',
  '{a,b}',
  '..',
  '//',
  '#',
  '\r\n',
  '\xef\xbb\xbf',
  ' ',
  '\t',
  '\\',
];
const globs = ['SYSTEM/bin/*.so', 'SYSTEM/**/[a-f]x', 'a{b,c}?', '**/**/x*y*z'];
const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';
const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const script =
  'ui_print("a\\n\\x41");\nif file_getprop("/p", "x") == "1" && !(a || b) then\n# note\n  delete("/a", "/b");\nelse abort("c" + d) endif;\n';

const log = [
  'Starting recovery (pid 123) on Thu Jan  1 00:00:07 1970',
  'I:Update location: /cache/update.zip',
  'script aborted: "/system/bin/app" has unexpected contents.',
  'E:Error in /cache/update.zip (Status 7)',
  '+QIND: "FOTA","END",510',
  'E3004: This package is for "SDX62" devices',
  '/cache/update.zip\n0',
  '',
].join('\n');

const policy = `schema: 1
version: must-rise
budgets:
  package: 10 B
  parts:
    l: 1 GB
  under:
    - path: SYSTEM/etc
      package: 1 MiB
paths:
  forbidden: ["SYSTEM/**/*.key"]
security:
  fail: [private-key, world-writable]
waivers:
  - rule: security
    about: world-writable
    path: SYSTEM/data
    reason: wiped at start
    until: 2026-11-20
`;

const own = { uid: 0, gid: 1, mode: 0o4755, origin: 'image', selabel: 'u:object_r:app:s0', capabilities: 1n } as const;
const nodes: ReadonlyMap<BuildPath, TreeNode> = new Map<BuildPath, TreeNode>([
  [toBuildPath('SYSTEM'), { kind: 'directory', own: { uid: 0, gid: 0, mode: 0o755, origin: 'zip-mode' } }],
  [toBuildPath('SYSTEM/a'), { kind: 'file', content: { size: 0, sha1: toSha1(sha1) }, own }],
  [toBuildPath('SYSTEM/l'), { kind: 'link', destination: 'a' }],
]);

const manifest = printManifest({
  build: {
    revision: 'R1',
    projectVersion: parseProjectVersion('Project Name : A\nProject Rev : R1\n'),
    digest: toSha256(sha256),
    files: 1,
    bytes: 0,
  },
  contentDigest: digestOfNodes(nodes),
  entries: [...nodes].map(([path, node]) => ({
    path,
    node,
    blob: node.kind === 'file' ? toSha256(sha256) : undefined,
  })),
});

/** Readers of text by name. */
export const textReaders = {
  'package-status': {
    read: (bytes) => parseStatus(bytes),
    throws: [FormatError],
    samples: texts(
      'Package: a\nVersion: 1:2.0~rc1-3\nStatus: install ok installed\nArchitecture: arm64\nDescription: one\n two\n .\n\nPackage: b\nVersion: 1\nLicense: MIT\n',
    ),
    words: ['\n\n', 'Package:', 'Version:', 'Status: deinstall ok config-files', '\n ', '\n\t', ':', '\0', '\r\n'],
  },
  'package-files': {
    read: (bytes) => parseFileList(bytes),
    throws: [FormatError],
    samples: texts('/.\n/bin/sh\t0777\tbusybox\n/usr/bin/a b\n'),
    words: ['/../', '\t', '\0', '//', '\r\n'],
  },
  'package-md5sums': {
    read: (bytes) => parseMd5Sums(bytes),
    throws: [FormatError],
    samples: texts('d41d8cd98f00b204e9800998ecf8427e  usr/bin/a\nd41d8cd98f00b204e9800998ecf8427e  usr/b c\n'),
    words: ['  ', ' *', '../', '\n'],
  },
  'os-release': {
    read: (bytes) => parseOsRelease(bytes),
    throws: [],
    samples: texts('NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n'),
    words: ['ID=', '"', "'", '$(x)', '\\'],
  },
  'noota-list': {
    read: (bytes) => parsePathList('noota', file, latin1(bytes)),
    throws: [],
    samples: texts('# what stays\nSYSTEM/etc/passwd\nSYSTEM/data/\nSYSTEM/**/*.conf\n'),
    words: listWords,
  },
  'chmod-list': {
    read: (bytes) => parseChmodList(file, latin1(bytes)),
    throws: [],
    samples: texts('SYSTEM/bin/app 0 2000 755\nSYSTEM/etc/ 0 0 0644 dir\n'),
    words: [...listWords, ' 0 0 755', '99999999999', '-1', '8'],
  },
  'multifota-list': {
    read: (bytes) => parseMultifotaList(file, latin1(bytes)),
    throws: [],
    samples: texts('RADIO/MULTIFOTA/abl.elf abl\nRADIO/MULTIFOTA/tz.mbn tz\n'),
    words: listWords,
  },
  pattern: {
    read: (bytes) => {
      const compiled = compilePattern(latin1(bytes).slice(0, 400));
      if (typeof compiled === 'function') compiled('SYSTEM/usr/lib/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab');
    },
    throws: [],
    samples: texts(...globs, '*a*a*a*a*a*a*a*a*a*a*a*b'),
    words: [...globs, '*', '**', '?', '[', ']', '!', '^', '-', '{', '}', ',', '\\'],
  },
  'misc-info': {
    read: (bytes) => parseMiscInfo(latin1(bytes), place),
    throws: [InputError],
    samples: texts(
      'fstab_version=1\nrecovery_api_version=3\nblocksize=131072\nboot_size=0xa00000\n# note\nextensions=x\n',
    ),
    words: ['=', 'blocksize=', 'boot_size=', '0x', '-1', '1e9', 'fstab_version=', '\r\n'],
  },
  'filesystem-config': {
    read: (bytes) => parseFilesystemConfig(latin1(bytes), place),
    throws: [],
    samples: texts(
      'system/bin/app 0 2000 755 selabel=u:object_r:app:s0 capabilities=0x0\nsystem/etc/a b 0 0 644\n/ 0 0 755\n',
    ),
    words: ['selabel=', 'capabilities=', '0x', ' 0 0 644', '777777777', '-1', '\r\n'],
  },
  'owners-table': {
    read: (bytes) => parseOwnersTable(latin1(bytes), file),
    throws: [],
    samples: texts('system/bin/* 0 2000 755\nsystem/**/x 0 0 644\n'),
    words: [...listWords, ' 0 0 644'],
  },
  fstab: {
    read: (bytes) => {
      parseRecoveryFstab(latin1(bytes), 1, place);
      parseRecoveryFstab(latin1(bytes), 2, place);
    },
    throws: [InputError],
    samples: texts(
      '# mount\n/boot mtd boot\n/system ubifs system\n/cache yaffs2 cache length=-16384\n',
      '/dev/block/bootdevice/by-name/boot /boot emmc defaults defaults\nubi0:system /system ubifs ro wait\n',
    ),
    words: ['/system', '/boot', 'mtd', 'ubifs', 'ext4', 'length=', 'emmc', 'vfat', '\t'],
  },
  edify: {
    read: (bytes) => parseEdify(latin1(bytes), () => true),
    throws: [EdifySyntaxError],
    samples: texts(script),
    words: [
      'if',
      'then',
      'else',
      'endif',
      '(',
      ')',
      '"',
      '\\x4',
      ';',
      '&&',
      '||',
      '!',
      '==',
      '!=',
      '+',
      ',',
      '# ',
      '((((((((',
      '!!!!!!',
    ],
  },
  log: {
    read: (bytes) => explainLog(plainText(bytes), script),
    throws: [],
    samples: () => [
      Buffer.from(log),
      Buffer.from(`\ufeff${log}`, 'utf16le'),
      Buffer.from(`<pre>${log.replaceAll('"', '&quot;')}</pre>`),
    ],
    words: [
      'script aborted: ',
      '(Status 7)',
      '+QIND: "FOTA","',
      'E:',
      'I:',
      '\xff\xfe',
      '\xfe\xff',
      '<html>',
      '&quot;',
      '&#x110000;',
      'HTTPEND',
      '601',
    ],
  },
  words: {
    read: (bytes) => explain(latin1(bytes)),
    throws: [],
    samples: texts('510', 'status 7', '+QIND: "FOTA","END",510', 'zip-truncated', 'IP_PREVIOUS_UPDATE_IN_PROGRESS'),
    words: ['END', 'status', 'exit code', '+QIND:', '"FOTA"', ',', '99999999999999999999', '\u201c'],
  },
  'project-version': {
    read: (bytes) => parseProjectVersion(latin1(bytes)),
    throws: [],
    samples: texts(
      'Project Name : RM520N\nProject Rev : RM520NGLAAR01A07M4G\nBranch Name : A\nPackage Time : 2024-01-02,03:04\n',
    ),
    words: ['Project', ' : ', 'Rev', '\r\n', '\0'],
  },
  'hash-list': {
    read: (bytes) => parseHashList(latin1(bytes), file),
    throws: [],
    samples: texts(`${sha1}  ./bin/app\nSHA1 (/etc/a b) = ${sha1}\n\\${sha1}  a\\nb\n`),
    words: [sha1, sha256, '\\', '\\n', 'SHA1 (', ') = ', '  ', ' *'],
  },
  policy: {
    read: (bytes) => parsePolicy(Buffer.from(bytes).toString('utf8'), file, compilePattern),
    throws: [InputError],
    samples: texts(policy),
    words: [
      '- ',
      ': ',
      '&a ',
      '*a',
      '<<: *a',
      '!!',
      '!<tag:x>',
      '{',
      '}',
      '[',
      ']',
      '|\n',
      '>\n',
      '---\n',
      '%YAML 9.9\n',
      '? ',
      '"',
      '\t',
      '!!binary',
      '.nan',
      '0x',
    ],
  },
  manifest: {
    read: (bytes) => parseManifest(Buffer.from(bytes).toString('utf8'), file),
    throws: [InputError],
    samples: texts(manifest),
    words: ['null', '{}', '[]', '-1', '1e999', '"__proto__":', '"entries":', '""', '"../a"', 'true', '[[[[[[[['],
  },
  lock: {
    read: (bytes) => parseHolder(Buffer.from(bytes).toString('utf8')),
    throws: [],
    samples: texts('{"host":"a","process":123}', '{"host":"a","pid":1,"started":"2026-01-01"}'),
    words: ['null', '{}', '[]', '-1', '1e999', '"__proto__":', '""'],
  },
} as const satisfies Readonly<Record<string, FuzzReader>>;
