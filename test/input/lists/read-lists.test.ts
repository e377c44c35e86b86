import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { listFileNames } from '../../../src/input/lists/list-file-names.js';
import { type Lists, readLists } from '../../../src/input/lists/read-lists.js';
import { InputError, showFault } from '../../../src/model/errors.js';
import type { ListName } from '../../../src/model/list-rules.js';
import { fromText, toBuildPath } from '../../../src/model/path.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('lists');
let folders = 0;

function folderWith(lists: Partial<Record<ListName, string | Uint8Array>>): string {
  const folder = join(work, String(++folders));
  mkdirSync(folder);
  for (const name of ['noota', 'fullota', 'chmod', 'multifota'] as const) {
    writeFileSync(join(folder, listFileNames[name]), lists[name] ?? '');
  }
  // A list that may lie beside them and is not read.
  writeFileSync(join(folder, 'quectel_project_filelist.txt'), 'anything \0 goes');
  return folder;
}

const read = (lists: Partial<Record<ListName, string | Uint8Array>>): Promise<Lists> => readLists(folderWith(lists));

async function faultsOf(lists: Partial<Record<ListName, string | Uint8Array>>): Promise<string[]> {
  const folder = folderWith(lists);
  try {
    await readLists(folder);
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.faults.map((fault) =>
      showFault(fault).replaceAll(`${folder}/quectel_`, '').replaceAll('_filelist.txt', ''),
    );
  }
  return [];
}

test('unit: the starter lists hold the documented defaults', async () => {
  const { rules, findings } = await readLists(undefined);
  assert.deepEqual(findings, []);
  assert.deepEqual(
    rules.keep.map(({ text }) => text),
    [
      'SYSTEM/kt_dms/ec21/kt_svc',
      'SYSTEM/kt_dms/ec25/kt_dmc',
      'SYSTEM/kt_dms/ec25/kt_svc',
      'SYSTEM/kt_dms/lib/libkt_dev_detail-1.0.so',
      'SYSTEM/kt_dms/lib/libkt_fw_flags-1.0.so',
      'SYSTEM/kt_dms/lib/libkt_dmc_cm-1.0.so',
      'SYSTEM/kt_dms/lib/libkt_fw_up-1.0.so',
      'SYSTEM/firmware/image/seg_info.txt',
    ],
  );
  assert.equal(rules.keep[0]?.at.file, 'templates/lists/quectel_noota_filelist.txt');
  assert.deepEqual([rules.whole, rules.permissions, rules.images], [[], [], []]);
});

test('unit: exact paths, folders and patterns', async () => {
  const cases: readonly [line: string, form: string, matches: readonly string[], misses: readonly string[]][] = [
    [
      'SYSTEM/a.cfg',
      'exact',
      ['SYSTEM/a.cfg', 'SYSTEM/a.cfg/below'],
      ['SYSTEM/axcfg', 'SYSTEM/a.cfgs', 'x/SYSTEM/a.cfg'],
    ],
    ['SYSTEM/web/', 'folder', ['SYSTEM/web', 'SYSTEM/web/x', 'SYSTEM/web/x/y'], ['SYSTEM/webs', 'SYSTEM/web2/x']],
    [
      'SYSTEM/*.so',
      'pattern',
      ['SYSTEM/a.so', 'SYSTEM/.so', 'SYSTEM/.hidden.so'],
      ['SYSTEM/a/b.so', 'SYSTEM/aso', 'SYSTEM/a.so/x'],
    ],
    ['SYSTEM/**/*.db', 'pattern', ['SYSTEM/a.db', 'SYSTEM/x/y/a.db', 'SYSTEM/.x/a.db'], ['DATA/a.db', 'SYSTEM/a.dbx']],
    ['SYSTEM/**', 'pattern', ['SYSTEM/a', 'SYSTEM/a/b'], ['SYSTEMS/a']],
    [
      'SYSTEM/lib?/x',
      'pattern',
      ['SYSTEM/lib6/x', 'SYSTEM/lib?/x'],
      ['SYSTEM/lib/x', 'SYSTEM/lib64/x', 'SYSTEM/lib//x'],
    ],
    ['SYSTEM/{bin,sbin}/a', 'pattern', ['SYSTEM/bin/a', 'SYSTEM/sbin/a'], ['SYSTEM/xbin/a', 'SYSTEM/{bin/a']],
    ['SYSTEM/[a-c]x', 'pattern', ['SYSTEM/ax', 'SYSTEM/[a-c]x'], ['SYSTEM/dx', 'SYSTEM/-x']],
    ['SYSTEM/[!a]x', 'pattern', ['SYSTEM/bx'], ['SYSTEM/ax']],
    ['SYSTEM/*/cache/', 'pattern', ['SYSTEM/a/cache', 'SYSTEM/a/cache/x/y'], ['SYSTEM/cache/x', 'SYSTEM/a/b/cache/x']],
    ['SYSTEM/a(1)+*', 'pattern', ['SYSTEM/a(1)+', 'SYSTEM/a(1)+b'], ['SYSTEM/a1', 'SYSTEM/a11']],
    ['SYSTEM/a\\*b*', 'pattern', ['SYSTEM/a*bc'], ['SYSTEM/axbc']],
    ['SYSTEM/a|"!$^.*', 'pattern', ['SYSTEM/a|"!$^.x'], ['SYSTEM/a', 'SYSTEM/a|"!$^xx']],
    ['SYSTEM/with space', 'exact', ['SYSTEM/with space'], ['SYSTEM/with']],
    ['SYSTEM/back\\slash', 'exact', ['SYSTEM/back\\slash'], ['SYSTEM/backslash']],
    [fromText('SYSTEM/höhe*'), 'pattern', [fromText('SYSTEM/höhe.txt')], [fromText('SYSTEM/hohe')]],
  ];
  for (const [line, form, matches, misses] of cases) {
    const [rule] = (await read({ noota: Buffer.from(`${line}\n`, 'latin1') })).rules.keep;
    assert.equal(rule?.form, form, line);
    for (const path of matches) assert.ok(rule?.matches(toBuildPath(path)), `${line} should match ${path}`);
    for (const path of misses.filter((name) => !name.includes('//'))) {
      assert.ok(!rule?.matches(toBuildPath(path)), `${line} should not match ${path}`);
    }
  }
});

test('unit: byte order mark, CRLF, tabs, blanks, comments, repetitions', async () => {
  const noota = '\ufeff# comment\r\n\r\n  SYSTEM/a\t \r\n\t# more\r\nSYSTEM/b\r\nSYSTEM/a\r\nSYSTEM/c';
  const { rules } = await read({ noota });
  assert.deepEqual(
    rules.keep.map(({ text, at }) => [text, at.line]),
    [
      ['SYSTEM/a', 3],
      ['SYSTEM/b', 5],
      ['SYSTEM/c', 7],
    ],
  );
});

test('unit: a list in UTF-16, as a redirect of PowerShell writes it, is read as the text that it holds', async () => {
  const text = '# kept\r\nSYSTEM/etc/žaba\r\nSYSTEM/data/*\r\n';
  const little = Buffer.from(`\ufeff${text}`, 'utf16le');
  const plain = await read({ noota: text });
  // without a mark, as programs of their own write it
  const unmarked = Buffer.from(text, 'utf16le');
  for (const noota of [little, Buffer.from(little).swap16(), unmarked, Buffer.from(unmarked).swap16()]) {
    const wide = await read({ noota });
    assert.deepEqual(
      wide.rules.keep.map(({ at, ...rule }) => [at.line, JSON.stringify(rule)]),
      plain.rules.keep.map(({ at, ...rule }) => [at.line, JSON.stringify(rule)]),
    );
    assert.equal(wide.rules.keep.length, 2);
    assert.ok(wide.findings.some(({ code, message }) => code === 'list-byte-order-mark' && message.includes('UTF-16')));
    assert.notEqual(wide.listsDigest, plain.listsDigest, 'the digest is of the bytes');
  }
});

test('unit: the chmod rows of the note', async () => {
  const chmod =
    '#/x 1\n/home/test_folder/ 755 1 0 644\n/usr/bin/test_bin 644\t2 2\r\n/usr/bin/test_bin1 742 3 1 # why\n/usr/bin/test_bin2\n/opt/*.sh 0700\n/ 755 0 0 0755\n/bin/su 4755\n/opt/*/x/ 600\n';
  const { rules } = await read({ chmod });
  assert.deepEqual(
    rules.permissions.map(({ form, path, fileMode, uid, gid, folderMode }) => [
      form,
      path,
      fileMode,
      uid,
      gid,
      folderMode,
    ]),
    [
      ['folder', 'SYSTEM/home/test_folder', 0o755, 1, 0, 0o644],
      ['exact', 'SYSTEM/usr/bin/test_bin', 0o644, 2, 2, 0o755],
      ['exact', 'SYSTEM/usr/bin/test_bin1', 0o742, 3, 1, 0o755],
      ['exact', 'SYSTEM/usr/bin/test_bin2', 0o755, 0, 0, 0o755],
      ['pattern', 'SYSTEM/opt', 0o700, 0, 0, 0o755],
      ['folder', 'SYSTEM', 0o755, 0, 0, 0o755],
      ['exact', 'SYSTEM/bin/su', 0o4755, 0, 0, 0o755],
      ['pattern', 'SYSTEM/opt', 0o600, 0, 0, 0o755],
    ],
  );
  const [folder, , , , pattern, , , deep] = rules.permissions;
  assert.ok(
    folder?.matches(toBuildPath('SYSTEM/home/test_folder')) && folder.matches(toBuildPath('SYSTEM/home/test_folder/x')),
  );
  assert.ok(pattern?.matches(toBuildPath('SYSTEM/opt/a.sh')) && !pattern.matches(toBuildPath('SYSTEM/opt/x/a.sh')));
  assert.ok(deep?.matches(toBuildPath('SYSTEM/opt/a/x/y')) && deep.matches(toBuildPath('SYSTEM/opt/a/x')));
});

test('unit: a chmod row that is repeated keeps its place, since the last one wins', async () => {
  const { rules } = await read({ chmod: '/a 600\n/a 644\n/a 600\n' });
  assert.deepEqual(
    rules.permissions.map(({ fileMode, at }) => [fileMode, at.line]),
    [
      [0o600, 1],
      [0o644, 2],
      [0o600, 3],
    ],
  );
});

test('unit: the multifota list', async () => {
  const { rules } = await read({
    multifota: 'MULTIFOTA/abl.elf   abl\nMULTIFOTA/odd name.mbn\ttz # comment\nMULTIFOTA/x /dev/block/by-name/x\n',
  });
  assert.deepEqual(
    rules.images.map(({ image, partition }) => [image, partition]),
    [
      ['MULTIFOTA/abl.elf', 'abl'],
      ['MULTIFOTA/odd name.mbn', 'tz'],
      ['MULTIFOTA/x', '/dev/block/by-name/x'],
    ],
  );
});

test('unit: every line that does not parse is told, with place and form', async () => {
  assert.deepEqual(
    await faultsOf({
      noota: 'SYSTEM/ok\n  /usr/bin/x\nSYSTEM/../etc\nSYSTEM//x\n',
      fullota: fromText('SYSTEM/[a\n/SYSTEM/x\n'),
      chmod: 'usr/bin/x 755\n/a 789\n/b 755 root\n/c 755 0 0 755 1\nSYSTEM/d\n\t/höhe 75x\n',
      multifota: 'MULTIFOTA/abl.elf\nabl.elf abl\nMULTIFOTA/a b:c\n',
    }),
    [
      'noota:2:3: the path starts with a slash\n  found:    /usr/bin/x\n  expected: a path inside targetfiles.zip without a leading slash, such as SYSTEM/etc/webui/test.cfg\n  to do:    write SYSTEM/usr/bin/x',
      'noota:3:1: the path has a part `..`\n  found:    SYSTEM/../etc\n  expected: a path inside targetfiles.zip without a leading slash, such as SYSTEM/etc/webui/test.cfg',
      'noota:4:1: the path has two slashes in a row\n  found:    SYSTEM//x\n  expected: a path inside targetfiles.zip without a leading slash, such as SYSTEM/etc/webui/test.cfg',
      'fullota:1:1: the pattern cannot be understood: Missing closing: "]" - use "\\\\]" to match literal characters\n  found:    SYSTEM/[a\n  expected: a path inside targetfiles.zip without a leading slash, such as SYSTEM/etc/webui/test.cfg',
      'fullota:2:1: the path starts with a slash\n  found:    /SYSTEM/x\n  expected: a path inside targetfiles.zip without a leading slash, such as SYSTEM/etc/webui/test.cfg\n  to do:    write SYSTEM/x',
      "chmod:1:1: the path does not start with a slash\n  found:    usr/bin/x 755\n  expected: a path on the module that starts with a slash, such as /usr/bin/app; a folder's ends with one too",
      'chmod:2:4: file_permission is not a permission\n  found:    789\n  expected: three or four octal digits, such as 644',
      'chmod:3:8: userid is not a number\n  found:    root\n  expected: a decimal number, such as 0',
      'chmod:4:16: there are more than five columns\n  found:    1\n  expected: path file_permission userid groupid folder_permission, such as: /usr/bin/app 755 0 0 755',
      "chmod:5:1: the path does not start with a slash\n  found:    SYSTEM/d\n  expected: a path on the module that starts with a slash, such as /usr/bin/app; a folder's ends with one too\n  to do:    write /d",
      'chmod:6:8: file_permission is not a permission\n  found:    75x\n  expected: three or four octal digits, such as 644',
      'multifota:1:18: the partition is missing\n  found:    the end of the line\n  expected: an image and its partition, such as: MULTIFOTA/abl.elf abl',
      'multifota:2:1: the image is not below MULTIFOTA/\n  found:    abl.elf abl\n  expected: an image and its partition, such as: MULTIFOTA/abl.elf abl\n  to do:    write MULTIFOTA/abl.elf abl',
      'multifota:3:13: the name of the partition cannot be one\n  found:    b:c\n  expected: the name of a partition (letters, digits, _ . -), or a path below /dev/',
    ],
  );
});

test('unit: lines that would take for ever, or are no text', async () => {
  assert.match((await faultsOf({ noota: `SYSTEM/${'*a'.repeat(13)}` })).join(), /more than 12 wildcards/);
  assert.match((await faultsOf({ noota: `SYSTEM/x${' '.repeat(3_000_000)}y` })).join(), /too long/);
  assert.match((await faultsOf({ multifota: `MULTIFOTA/${'x '.repeat(1_500_000)}y:` })).join(), /too long/);
  assert.match(
    (await faultsOf({ noota: Buffer.from('SYSTEM/a\0b\0\0\n', 'latin1') })).join(),
    /NUL byte: is this a text file/,
  );
  const many = await faultsOf({
    noota: '/x1\n/x2\n/x3\n'.repeat(1) + Array.from({ length: 70 }, (_, n) => `/y${n}`).join('\n'),
  });
  assert.equal(many.length, 51);
  assert.match(many.at(-1) ?? '', /23 more lines/);
});

test('unit: a list that is missing is empty, with a finding; a folder that is missing is a fault', async () => {
  const folder = join(work, 'partly');
  mkdirSync(folder);
  writeFileSync(join(folder, listFileNames.fullota), 'SYSTEM/x\n');
  const { rules, findings } = await readLists(folder);
  assert.equal(rules.whole.length, 1);
  assert.deepEqual(
    findings.map(({ code, severity, place }) => [code, severity, place?.file]),
    ['noota', 'chmod', 'multifota'].map((name) => [
      'list-missing',
      'information',
      join(folder, `quectel_${name}_filelist.txt`),
    ]),
  );
  await assert.rejects(
    readLists(join(work, 'nowhere')),
    (error) => error instanceof InputError && error.faults[0]?.code === 'input-missing',
  );
  await assert.rejects(readLists(join(folder, listFileNames.fullota)), /not a folder/);
  const odd = join(work, 'odd');
  mkdirSync(join(odd, listFileNames.noota), { recursive: true });
  await assert.rejects(readLists(odd), /not a file/);
});

test('property: no text makes the parsers fail with anything but faults, and an exact line matches its path alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 60 }),
      fc.stringMatching(/^[\x20-\x7e\n\t/*?[\]{}\\]*$/),
      async (bytes, text) => {
        for (const list of ['noota', 'chmod', 'multifota'] as const) {
          for (const content of [bytes, text]) {
            try {
              const { rules } = await read({ [list]: content });
              for (const rule of rules.keep) rule.matches(toBuildPath('SYSTEM/bin/app'));
            } catch (error) {
              assert.ok(error instanceof InputError, String(error));
            }
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});
