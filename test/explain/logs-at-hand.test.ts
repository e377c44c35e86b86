/** Logs as people have them: through PowerShell, forums, web pages, serial captures, daemons, with several attempts and noise. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { explain } from '../../src/explain/explain.js';
import { explainLog } from '../../src/explain/log.js';
import { plainText } from '../../src/formats/text/plain-text.js';
import { fromText } from '../../src/model/path.js';
import { logReadingText } from '../../src/report/explanation.js';
import { explainSubject } from '../../src/usecases/explain.js';
import { workFolder } from '../support/work-folder.js';

const sha = (digit: string): string => digit.repeat(40);
const begin = [
  'Finding update package...',
  'I:Update location: /cache/update.zip',
  'Opening update package...',
  'Installing update...',
];
const patchName = (partition: string) => `${partition}:9064448:${sha('1')}:9144320:${sha('2')}`;

/** A boot partition that is neither old nor new, as a recovery logs it. */
function bootLog(partition: string): readonly string[] {
  const name = patchName(partition);
  return [
    ...begin,
    'Verifying current system...',
    `contents of partition "boot" didn't match ${name}`,
    `file "${name}" doesn't have any of expected sha1 sums; checking cache`,
    'failed to stat "/cache/saved.file": No such file or directory',
    'failed to load cache file',
    `script aborted: assert failed: apply_patch_check("${name}")`,
    'E:Error in /cache/update.zip',
    '(Status 7)',
    'Installation aborted.',
    '',
  ];
}

const mtd = bootLog('MTD:boot').join('\n');

function isBoot(text: string, partition = 'MTD:boot'): void {
  const reading = explainLog(text);
  assert.equal(reading.outcome, 'failed');
  assert.equal(reading.failure?.reason.kind, 'content-mismatch');
  assert.equal(reading.failure?.files[0], partition);
  assert.equal(reading.failure?.code, '510');
  assert.match(reading.explanation.meaning, /^a partition has none of the expected contents/);
  assert.match(reading.explanation.causes.join('\n'), /another image is in the partition/);
}

test('unit: a boot partition with other contents, on MTD and on EMMC, in each wording', () => {
  isBoot(mtd);
  isBoot(bootLog('EMMC:/dev/block/bootdevice/by-name/boot').join('\n'), 'EMMC:/dev/block/bootdevice/by-name/boot');
  isBoot(mtd.replace('expected sha1 sums', 'expected SHA-1 sums'));
  isBoot([...begin, 'script aborted: "MTD:boot:1:2:3" has unexpected contents.', '(Status 7)'].join('\n'));
});

const framed: Readonly<Record<string, (line: string, index: number) => string>> = {
  'time of the recovery': (line, index) => `[${(index / 7).toFixed(6).padStart(12)}] ${line}`,
  'time of a terminal': (line, index) => `[16:17:37:${String(700 + index)}] ${line}`,
  'date and time': (line, index) => `2026-11-26T01:17:${String(10 + index)}.123Z ${line}`,
  syslog: (line, index) => `Nov 26 01:17:${String(10 + index)} gateway recovery[123]: ${line}`,
  logcat: (line, index) => `11-26 01:17:${String(10 + index)}.123  1234  1235 I recovery: ${line}`,
  'kernel log': (line, index) => `<6>[    ${index}.123456] recovery: ${line}`,
  mail: (line) => `> ${line}`,
  'grep -n': (line, index) => (line === '' ? '' : `${index + 1}:${line}`),
  colours: (line) => `\u001b[0;32m${line}\u001b[0m`,
  'received bytes': (line) => `RX: ${line}`,
};

for (const [name, frame] of Object.entries(framed)) {
  test(`unit: lines with what was put around them are understood: ${name}`, () => {
    isBoot(bootLog('MTD:boot').map(frame).join('\n'));
    const capture = ['AT+QFOTADL="/usrdata/update.zip"', 'OK', '+QIND: "FOTA","START"', '+QIND: "FOTA","END",505'];
    assert.equal(explainLog(capture.map(frame).join('\r\n')).failure?.code, '505');
  });
}

test('unit: every encoding and line ending gives the same reading', () => {
  const little = Buffer.from(mtd, 'utf16le');
  const big = Buffer.from(little).swap16();
  const files: Readonly<Record<string, Buffer>> = {
    'UTF-16 with a mark': Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    'UTF-16 big endian with a mark': Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
    'UTF-16 without a mark': little,
    'UTF-16 big endian without a mark': big,
    'an odd byte at the end': Buffer.concat([Buffer.from([0xff, 0xfe]), little, Buffer.from([10])]),
    'UTF-8 with a mark': Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(mtd)]),
    CRLF: Buffer.from(mtd.replaceAll('\n', '\r\n')),
    CRCRLF: Buffer.from(mtd.replaceAll('\n', '\r\r\n')),
    CR: Buffer.from(mtd.replaceAll('\n', '\r')),
    'zeros between': Buffer.from(mtd.replaceAll('\n', '\n\0\0')),
  };
  for (const [name, bytes] of Object.entries(files)) {
    isBoot(plainText(bytes));
    assert.equal(explainLog(plainText(bytes)).failure?.reason.line, 7, name);
  }
  assert.equal(plainText(Buffer.from('\0a')), 'a');
  assert.equal(plainText(Buffer.from([])), '');
});

test('unit: quotes of forums and web pages', () => {
  const quote = (open: string, close: string) => {
    const pieces = mtd.split('"');
    return fromText(pieces.map((piece, index) => (index === 0 ? '' : index % 2 === 1 ? open : close) + piece).join(''));
  };
  for (const [open, close] of [
    ['“', '”'],
    ['„', '“'],
    ['«', '»'],
    ['″', '″'],
    ['＂', '＂'],
    ['&quot;', '&quot;'],
    ['&#34;', '&#x22;'],
    ['&ldquo;', '&rdquo;'],
    ['&amp;quot;', '&amp;quot;'],
  ] as const) {
    isBoot(quote(open, close));
  }
  isBoot(mtd.replaceAll('"', '\x93'));
  isBoot(mtd.replaceAll('"', '&quot;').split('\n').join('<br />'));
  isBoot(`<pre class="log">${mtd.replaceAll('"', '&quot;')}</pre>`);
});

test('unit: the package could not be opened, whatever follows', () => {
  const aftermath = [
    'I:Saving locale "en_US"',
    'E:unknown volume for path [/sdcard]',
    '',
    "-- Couldn't mount /sdcard.",
    'Installation aborted.',
  ];
  const ways = [
    [
      'Opening update package...',
      'sysutil: failed to read block device from header',
      'sysutil: Map of "@/cache/recovery/block.map" failed',
      'E:failed to map file',
      'Installation aborted',
    ],
    ['E:failed to map file', 'Installation aborted.'],
    ['E:Failed to open /cache/update.zip: No such file or directory', 'Installation aborted.'],
    [
      "sysutil: unable to open '/cache/update.zip': No such file or directory",
      'E:failed to map file',
      'Installation aborted.',
    ],
    ["E:Can't open /cache/update.zip", '(bad)', 'Installation aborted.'],
    ["Error opening zip file '/cache/update.zip'", "Error installing zip file '/cache/update.zip'"],
    ['E: Zip file is corrupt!', "Error installing zip file '/cache/update.zip'"],
  ];
  for (const way of ways) {
    const reading = explainLog([...begin.slice(0, 2), ...way, ...aftermath].join('\n'));
    assert.equal(reading.failure?.reason.kind, 'package-unreadable', way.join('|'));
    assert.doesNotMatch(reading.explanation.meaning + reading.explanation.look.join(), /sdcard|recovery\.fstab/);
    assert.match(reading.explanation.look.join(), /md5sum/);
  }
});

test('unit: another build or device, with the error code and without', () => {
  const device = 'a/b/c:4.4.2/X/1:user/release-keys';
  const messages = [
    `Package expects build fingerprint of a/b/c:5.1.1/Y/2:user/release-keys or a/b/c:5.1.1/Z/3:user/release-keys; this device has ${device}.`,
    `Package expects build thumbprint of 5.1.1/Y:user/release-keys; this device has ${device}.`,
    'This package is for "sdxlemur" devices; this is a "mdm9607".',
    'This package is for device: sdxlemur,sdx65; this device is mdm9607.',
    "Can't install this package (Thu Jan 1 00:00:00 UTC 2026) over newer build (Fri Jan 2).",
    'assert failed: getprop("ro.product.device") == "sdxlemur" || getprop("ro.build.product") == "sdxlemur"',
    'assert failed: file_getprop("/system/build.prop", "ro.build.fingerprint") == "x"',
  ];
  const codes = ['E3001: ', 'E3002: ', 'E3004: ', 'E3004: ', 'E3003: ', '', ''];
  for (const [index, message] of messages.entries()) {
    for (const code of new Set(['', codes[index] ?? ''])) {
      const reading = explainLog(
        [
          ...begin,
          `script aborted: ${code}${message}`,
          `${code}${message}`,
          'Updater process ended with ERROR: 7',
        ].join('\n'),
      );
      assert.equal(reading.failure?.reason.kind, 'wrong-build', code + message);
      assert.match(reading.explanation.look.join(), /runs on the device as source/);
    }
  }
  assert.match(explain('E3001')?.meaning ?? '', /another build/);
  assert.match(explain('3004')?.meaning ?? '', /another device/);
});

test('unit: the end of the updater in the words of other recoveries', () => {
  const six = explainLog(
    [...begin, 'Updater process ended with ERROR: 6', "Error installing zip file '/cache/update.zip'"].join('\n'),
  );
  assert.equal(six.outcome, 'failed');
  assert.match(six.explanation.meaning, /syntax error/);
  const seven = explainLog([...begin, 'Updater process ended with ERROR: 7', 'I:Install took 4 second(s).'].join('\n'));
  assert.match(seven.explanation.meaning + seven.explanation.look.join(), /script aborted/);
  assert.equal(explainLog([...begin, 'Updater process ended with signal: 11'].join('\n')).failure?.code, '502');
  assert.match(explain('Updater process ended with ERROR: 6')?.meaning ?? '', /syntax error/);
});

test('unit: of several attempts the last one with a result counts, and all are told', () => {
  const dead = [
    ...begin,
    'sysutil: Map of "/cache/update.zip" failed',
    'E:failed to map file',
    'Installation aborted.',
  ];
  const good = [...begin, 'script succeeded: result was [/system]', 'Install complete.'];
  const both = explainLog([...dead, ...bootLog('MTD:boot')].join('\n'));
  assert.deepEqual(both.attempts, [
    { line: 1, outcome: 'failed' },
    { line: 8, outcome: 'failed' },
  ]);
  assert.equal(both.failure?.files[0], 'MTD:boot');
  assert.match(
    logReadingText('x', both).text,
    /2 attempts \(1 from line 1: .*; 2 from line 8: .*\); this is about attempt 2/,
  );
  assert.equal(explainLog([...bootLog('MTD:boot'), ...dead].join('\n')).failure?.reason.kind, 'package-unreadable');
  assert.equal(explainLog([...dead, ...good].join('\n')).outcome, 'succeeded');
  assert.equal(explainLog([...good, ...dead].join('\n')).outcome, 'failed');
  const torn = explainLog([...bootLog('MTD:boot'), 'Starting recovery on Thu Jan 1', ...begin].join('\n'));
  assert.equal(torn.failure?.files[0], 'MTD:boot');
  assert.equal(torn.attempts.length, 2);
  assert.equal(explainLog([...good, ...begin].join('\n')).outcome, 'unfinished');
  const serial = [
    '+QIND: "FOTA","START"',
    '+QIND: "FOTA","END",511',
    'AT+QFOTADL="/usrdata/u.zip"',
    'OK',
    '+QIND: "FOTA","START"',
    '+QIND: "FOTA","END",0',
  ];
  assert.equal(explainLog(serial.join('\n')).outcome, 'succeeded');
});

test('unit: what the module says on its port', () => {
  const capture = (...lines: string[]) =>
    explainLog(['AT+QFOTADL="https://example.org/fota.bin"', ...lines].join('\r\n'));
  const failed = capture(
    'OK',
    '',
    '+QIND: "FOTA","HTTPSTART"',
    '+QIND: "FOTA","DOWNLOADING",44',
    '+QIND: "FOTA","HTTPEND",702',
  );
  assert.equal(failed.failure?.code, '702');
  assert.match(failed.explanation.meaning, /the update was not started/);
  assert.equal(capture('OK', '+QIND: "FOTA","FTPSTART"', '+QIND: "FOTA","FTPEND",601').failure?.code, '601');
  assert.equal(capture('ERROR').failure?.reason.kind, 'command-refused');
  assert.equal(capture('', '+CME ERROR: 50').failure?.reason.kind, 'command-refused');
  assert.equal(capture('OK', 'AT+CPIN?', 'ERROR').outcome, 'unfinished');
  assert.equal(capture('OK', '+QIND: "FOTA","HTTPSTART"', '+QIND: "FOTA","HTTPEND",0').outcome, 'unfinished');
  assert.equal(capture('+QIND: "FOTA","EN', 'D",505').failure?.code, '505');
  assert.equal(capture('+QIND: "FOTA","END",5', '05').failure?.code, '505');
  assert.equal(capture('+QIND: "FOTA","END",505', '12').failure?.code, '505');
  assert.equal(capture('+QIND: "FOTA","UPDATING",7+QIND: "FOTA","END",510').failure?.code, '510');
  assert.equal(capture('+QIND: \\"FOTA\\",\\"END\\",505').failure?.code, '505');
  assert.equal(capture('+QIND: "FOTA","END",0', 'RDY').outcome, 'succeeded');
  const steps = Array.from({ length: 5000 }, (_, step) => `+QIND: "FOTA","UPDATING",${step % 100}`);
  const long = capture('+QIND: "FOTA","START"', ...steps, '+QIND: "FOTA","END",510');
  assert.equal(long.failure?.code, '510');
  assert.ok(long.events.length < 10);
});

test('unit: every word of the module is explained, bare, quoted, in its line', () => {
  const words = [
    'HTTPSTART',
    'FTPSTART',
    'START',
    'DOWNLOADING,44',
    'UPDATING,7',
    'HTTPEND,0',
    'HTTPEND,701',
    'HTTPEND,702',
    'HTTPEND,608',
    'HTTPEND,12',
    'FTPEND,601',
    'FTPEND,602',
    'END,0',
    'END,550',
  ];
  for (const text of words) {
    const [word = '', number] = text.split(',');
    const tail = number === undefined ? '' : `,${number}`;
    const subject = number === undefined ? word : `${word} ${number}`;
    for (const form of [
      text,
      `"${word}"${tail}`,
      `${word} ${number ?? ''}`,
      `+QIND: "FOTA","${word}"${tail}`,
      `“FOTA”,“${word}”${tail}`,
    ]) {
      assert.equal(explain(fromText(form))?.subject, subject, form);
    }
  }
  for (const word of ['OK', 'ERROR', 'ok', '601', '602', '701', '702', '+CME ERROR: 3']) assert.ok(explain(word), word);
  assert.match(explain('OK')?.meaning ?? '', /nothing more/);
});

test('unit: last_install', () => {
  const failed = explainLog(
    '/cache/update.zip\n0\ntime_total: 3\nretry: 0\nerror: 3001\ncause: 100\nsource_build: 12\n',
  );
  assert.equal(failed.failure?.reason.kind, 'wrong-build');
  const patch = explainLog('@/cache/recovery/block.map\r\n0\r\ntime_total: 3\r\nretry: 1\r\ncause: 115\r\n');
  assert.equal(patch.failure?.reason.kind, 'patch-failed');
  assert.equal(explainLog('/usrdata/cache/fota/ipth_package.bin\n0\nerror: 22\n').failure?.code, '501');
  assert.equal(explainLog('/cache/update.zip\n1\ntime_total: 63\nretry: 0\n').outcome, 'succeeded');
  assert.equal(explainLog('/cache/update.zip\n1\n').outcome, 'succeeded');
  assert.equal(explainLog('/cache/update.zip\n0\n').outcome, 'failed');
  assert.equal(explainLog('/var/log/thing\n0\nnext line of something else\n').outcome, 'no-update');
});

test('unit: the log of another tool is not taken for one of an update', () => {
  const others = [
    'npm ERR! code ENOSPC\nnpm ERR! No space left on device\n',
    '[    3.1] EXT4-fs: mounted\n[    4.2] blk_update_request: I/O error, dev sda\n[ 5.0] Out of memory: Killed process 1\n',
    'Setting up foo (1.0)\nInstallation complete\nupdate complete\n',
    'E: Unable to mount /mnt\nInstallation aborted\n',
    '<html><body>404 not found</body></html>\n',
  ];
  for (const text of others) assert.equal(explainLog(text).outcome, 'no-update', text);
});

test('unit: noise of the kernel between the cause and the end does not become the cause', () => {
  const lines = bootLog('MTD:boot').flatMap((line) => [
    line,
    '[   12.345678] blk_update_request: I/O error, dev mmcblk0, sector 0',
    '[   12.4] usb 1-1: new high-speed device',
  ]);
  isBoot(lines.join('\n'));
  const opens = [
    ...begin,
    'E:failed to mount /sdcard (No such device)',
    'unknown function "rename"',
    '1 parse errors',
    '(Status 6)',
  ];
  assert.equal(explainLog(opens.join('\n')).failure?.reason.kind, 'parse-error');
});

test('property: a log that is cut anywhere is read, and never told to have succeeded when it failed', () => {
  fc.assert(
    fc.property(fc.nat({ max: mtd.length }), fc.nat({ max: mtd.length }), (from, to) => {
      const { outcome } = explainLog(mtd.slice(Math.min(from, to), Math.max(from, to)));
      assert.notEqual(outcome, 'succeeded');
    }),
  );
});

test('integration: a log is read from files of any encoding, compressed too', async () => {
  const file = join(workFolder('explain-encodings'), 'last_log');
  for (const bytes of [Buffer.from(`\ufeff${mtd}`, 'utf16le'), gzipSync(mtd)]) {
    writeFileSync(file, bytes);
    const read = await explainSubject({ subject: file });
    assert.ok(read.kind === 'log' && read.reading.failure?.files[0] === 'MTD:boot');
  }
  writeFileSync(file, gzipSync(mtd).subarray(0, 60));
  await assert.rejects(explainSubject({ subject: file }), /cannot be unpacked/);
});

test('unit: an updater that was ended by a signal has failed, although the recovery writes status 0', () => {
  for (const log of [
    'Installing update...\nUpdater process ended with signal: 11\nE:Error in /cache/update.zip (Status 0)\n',
    'I:Update location: /cache/u.zip\nUpdater process ended with signal: 9\nE:Error in /cache/u.zip\n(Status 0)\n',
  ]) {
    const { outcome, failure } = explainLog(log);
    assert.deepEqual([outcome, failure?.reason.kind], ['failed', 'program-failed'], log);
  }
});

test('unit: a log inside of a document of JSON, as collectors write it', () => {
  isBoot(JSON.stringify({ log: mtd }));
  isBoot(`${JSON.stringify([mtd])}\n`);
  isBoot(`{"a":1}\n${JSON.stringify({ message: mtd, level: 'info' })}\n`);
});
