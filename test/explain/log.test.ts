import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { explainLog } from '../../src/explain/log.js';
import { findStatement } from '../../src/explain/script-place.js';
import { logReadingJson, logReadingText } from '../../src/report/explanation.js';

const sha = (digit: string): string => digit.repeat(40);

/** A log as a recovery writes it around what the update-binary says. */
function log(...lines: string[]): string {
  return [
    'Starting recovery on Thu Jan  1 00:00:03 1970',
    'I:Got arguments from /cache/recovery/command',
    'recovery filesystem table',
    '  0 /tmp ramdisk ramdisk (null) 0',
    'Finding update package...',
    'I:Update location: /cache/update.zip',
    'Opening update package...',
    'Installing update...',
    ...lines,
    'I:Saving locale ""',
  ].join('\n');
}

const script = [
  '# dfota 1.0.0',
  'assert(getprop("ro.product.device") == "sdxlemur");',
  'mount("ubifs", "UBI", "system", "/system");',
  'ui_print("Verifying current system...");',
  `assert(apply_patch_check("/system/bin/app", "${sha('a')}", "${sha('b')}"));`,
  `assert(apply_patch_check("/system/lib/libx.so", "${sha('c')}",`,
  `                         "${sha('d')}"));`,
  'apply_patch("/system/bin/app", "-",',
  `    "${sha('b')}", 1000, "${sha('a')}", package_extract_file("patch/system/bin/app.p")) ||`,
  '    abort("Failed to patch " + "/system/bin/app");',
  `apply_patch_check("MTD:boot:100:${sha('e')}") || abort("\\"MTD:boot\\" has unexpected contents.");`,
  'symlink("a", "/system/bin/l1");',
  'unmount("/system");',
  '',
].join('\n');

test('unit: a failed check names file, statement and line of the script', () => {
  const reading = explainLog(
    log(
      'Verifying current system...',
      `file "/system/lib/libx.so" doesn't have any of expected sha1 sums; checking cache`,
      'failed to stat "/cache/saved.file": No such file or directory',
      'failed to load cache file',
      `script aborted: assert failed: apply_patch_check("/system/lib/libx.so", "${sha('c')}",`,
      `                         "${sha('d')}")`,
      'E:Error in /cache/update.zip',
      '(Status 7)',
      'Installation aborted.',
    ),
    script,
  );
  assert.equal(reading.outcome, 'failed');
  assert.equal(reading.failure?.reason.kind, 'content-mismatch');
  assert.equal(reading.failure?.reason.about, '/system/lib/libx.so');
  assert.equal(reading.failure?.files[0], '/system/lib/libx.so');
  assert.equal(reading.failure?.code, '510');
  assert.equal(reading.failure?.script?.line, 6);
  assert.match(reading.failure?.statement ?? '', /^apply_patch_check\("\/system\/lib\/libx\.so"/);
  const { text, exitCode } = logReadingText('last_log', reading);
  assert.equal(exitCode, 1);
  assert.match(text, /^updater-script:6:$/m);
  assert.match(text, /^file: \/system\/lib\/libx\.so$/m);
  assert.match(text, /likely causes:\n {2}- the source given to the generator is not/);
  const json: { readonly failure: { readonly script: { readonly line: number } } } = JSON.parse(
    logReadingJson('last_log', reading).text,
  );
  assert.equal(json.failure.script.line, 6);
});

interface Case {
  readonly name: string;
  readonly lines: readonly string[];
  readonly kind: string;
  readonly about?: string;
  readonly code?: string;
  readonly scriptLine?: number;
}

const cases: readonly Case[] = [
  {
    name: 'a check in the newer spelling',
    lines: ['script aborted: "MTD:boot" has unexpected contents.', '"MTD:boot" has unexpected contents.', '(Status 7)'],
    kind: 'content-mismatch',
    code: '510',
    scriptLine: 11,
  },
  {
    name: 'an assertion with nothing said before it',
    lines: [`script aborted: assert failed: apply_patch_check("/system/bin/app", "${sha('a')}", "${sha('b')}")`],
    kind: 'content-mismatch',
    about: '/system/bin/app',
    code: '510',
    scriptLine: 5,
  },
  {
    name: 'a full file system behind a failed patch',
    lines: [
      'target 1000 bytes; free space 500 bytes; retry 0; enough 0',
      'not enough free space on /system for /system/bin/app',
      'script aborted: Failed to patch /system/bin/app',
      'E:Error in /cache/update.zip\n(Status 7)',
    ],
    kind: 'no-space',
    code: '511',
    scriptLine: 8,
  },
  {
    name: 'a disk that is full',
    lines: ['write of 4096 bytes failed: No space left on device', 'script aborted: Failed to patch /system/bin/app'],
    kind: 'no-space',
    code: '511',
    scriptLine: 8,
  },
  {
    name: 'a patch that makes something else',
    lines: [
      'patch /system/bin/app: now 12345678',
      'patch did not produce expected sha1',
      'script aborted: Failed to patch /system/bin/app',
    ],
    kind: 'patch-failed',
    scriptLine: 8,
  },
  {
    name: 'a script that does not parse',
    lines: ['line 3 col 12: unknown function "rename"', '1 parse errors', 'E:Error in /cache/update.zip', '(Status 6)'],
    kind: 'parse-error',
    about: 'rename',
  },
  {
    name: 'a mount that fails',
    lines: [
      'mount: failed to mount system at /system: No such device',
      'script aborted: assert failed: mount("ubifs", "UBI", "system", "/system")',
    ],
    kind: 'mount-failed',
    scriptLine: 3,
  },
  {
    name: 'a package that is no zip',
    lines: ["E:Can't open /cache/update.zip", '(bad)', 'Installation aborted.'],
    kind: 'package-unreadable',
    about: '/cache/update.zip',
    code: '501',
  },
  {
    name: 'a signature that is missing',
    lines: ['E:failed to verify whole-file signature', 'E:signature verification failed', 'Installation aborted.'],
    kind: 'signature',
  },
  {
    name: 'a link in the way of a directory',
    lines: [
      'symlink: failed to remove /system/bin/l1: Is a directory',
      'script aborted: symlink: some symlinks failed',
    ],
    kind: 'link-failed',
  },
  {
    name: 'a program that crashed',
    lines: ['E:Error in /cache/update.zip', 'update_binary was killed by signal 11'],
    kind: 'program-failed',
    code: '502',
  },
  {
    name: 'a status alone',
    lines: ['E:Error in /cache/update.zip', '(Status 7)', 'Installation aborted.'],
    kind: 'result',
  },
  {
    name: 'what the module reports',
    lines: ['+QIND: "FOTA","START"', '+QIND: "FOTA","UPDATING",30', '+QIND: "FOTA","END",510'],
    kind: 'result',
    about: '510',
    code: '510',
  },
];

for (const { name, lines, kind, about, code, scriptLine } of cases) {
  test(`unit: ${name}`, () => {
    const { outcome, failure } = explainLog(log(...lines), script);
    assert.equal(outcome, 'failed');
    assert.equal(failure?.reason.kind, kind);
    if (about !== undefined) assert.equal(failure?.reason.about, about);
    assert.equal(failure?.code, code);
    assert.equal(failure?.script?.line, scriptLine);
  });
}

test('unit: a log of success, of a torn update, and of nothing', () => {
  const done = explainLog(
    log('"/system/bin/app" is already target; no patch needed', 'script result was [/system]', 'Install complete.'),
  );
  assert.equal(done.outcome, 'succeeded');
  assert.equal(done.events[0]?.kind, 'already-done');
  assert.equal(logReadingText('last_log', done).exitCode, 0);
  const torn = explainLog(log('"/system/bin/app" is already target; no patch needed'));
  assert.equal(torn.outcome, 'unfinished');
  assert.match(torn.explanation.meaning, /without a result/);
  assert.equal(explainLog('hello\nworld\n').outcome, 'no-update');
  assert.equal(explainLog('').outcome, 'no-update');
  const again = explainLog(
    log(
      'script aborted: Failed to patch /system/bin/app',
      '(Status 7)',
      'Installing update...',
      'script result was [/system]',
    ),
  );
  assert.equal(again.outcome, 'succeeded');
});

test('unit: the failed file of the log is found in a script that splits its literals', () => {
  const split = 'assert(apply_patch_check("/system/" +\n "bin/app", "x"));\nabort("a\\x41\\n" + "b");\n';
  assert.equal(findStatement(split, { assertion: undefined, message: 'aA\nb', file: undefined })?.line, 3);
  assert.equal(
    findStatement(split, {
      assertion: 'apply_patch_check("/system/"+"bin/app","x")',
      message: undefined,
      file: undefined,
    })?.line,
    1,
  );
  assert.equal(findStatement(split, { assertion: undefined, message: undefined, file: '/system/none' }), undefined);
  assert.equal(findStatement('# "abort(\nabort("x', { assertion: undefined, message: 'x', file: undefined })?.line, 2);
});

test('unit: any text is read without an exception, and quickly', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'script aborted: ',
      'assert failed: ',
      '(',
      '"',
      '\\',
      '\n',
      '(Status 7)',
      'failed to mount ',
      '/system/x',
      'mtd error ',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.array(piece, { maxLength: 60 }), (lines, scriptParts) => {
      const reading = explainLog(lines.join(''), scriptParts.join(''));
      logReadingText('x', reading);
      logReadingJson('x', reading);
    }),
    { numRuns: 300 },
  );
  const long = `failed to mount ${'/a '.repeat(200_000)}\nmtd ${'error '.repeat(100_000)}\nscript aborted: assert failed: ${'('.repeat(100_000)}`;
  explainLog(long, '('.repeat(100_000));
});
