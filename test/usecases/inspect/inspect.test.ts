import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { sha1Of } from '../../../src/model/digest.js';
import { InputError } from '../../../src/model/errors.js';
import type { Progress } from '../../../src/model/progress.js';
import type { PackageEntry } from '../../../src/package/entry.js';
import { writePackage } from '../../../src/package/write.js';
import { inspectPackage } from '../../../src/usecases/inspect/inspect.js';
import { workFolder } from '../../support/work-folder.js';

const folder = workFolder('inspect');

function entry(name: string, text: string): PackageEntry {
  const bytes = Buffer.from(text, 'latin1');
  return { name, mode: 0o644, method: 'stored', bytes, crc32: crc32(bytes), size: bytes.length };
}

const scriptName = 'META-INF/com/google/android/updater-script';
const patch = `BSDIFF40${'\0'.repeat(24)}`;

async function packageOf(name: string, script: string, ...entries: readonly PackageEntry[]): Promise<string> {
  const file = join(folder, name);
  await writePackage([...entries, entry(scriptName, script)], file);
  return file;
}

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(40));

test('integration: the recorded script of the ancestor is understood', async () => {
  const script = readFileSync(
    new URL('../../../../test/scenarios/ancestor-small/ancestor-small.updater-script', import.meta.url),
    'latin1',
  );
  const file = await packageOf(
    'ancestor.zip',
    script,
    entry('system/etc/new.conf', 'new\n'),
    entry('patch/system/bin/app.p', patch),
    entry('patch/system/build.prop.p', 'IMGDIFF2\0\0\0\0'),
    entry('system/etc/quectel-project-version', 'v'),
    entry('patch/boot.img.p', patch),
    entry('META-INF/com/android/metadata', 'post-build=R2\npre-build=a=b\n'),
  );
  const found = await inspectPackage({ package: file });
  assert.deepEqual(
    found.targets.map(({ name, method, part, targetSize }) => [name, method, part, targetSize]),
    [
      ['/system/bin/app', 'BSDIFF40', 'l', 6000],
      ['MTD:boot', 'BSDIFF40', 'o', 40000],
      ['/system/etc/new.conf', 'whole', 'l', 4],
      ['/system/etc/quectel-project-version', 'whole', 'l', 1],
      ['/system/build.prop', 'IMGDIFF2', 'l', 1600],
    ],
  );
  assert.deepEqual(found.targets[0], {
    kind: 'file',
    name: '/system/bin/app',
    part: 'l',
    method: 'BSDIFF40',
    from: undefined,
    entry: 'patch/system/bin/app.p',
    packedSize: 32,
    entrySize: 32,
    targetSize: 6000,
    targetSha1: '28bcf88d6aa239bc2cbf0435423bafd96b05291b',
    sourceSha1: '2f2407c24fa59e2a03a7eaa6c606af1e7a902a05',
  });
  assert.equal(found.targets[2]?.targetSha1, sha1Of(Buffer.from('new\n')));
  assert.deepEqual(found.removed, ['/system/etc/old.conf', '/system/recovery.img']);
  assert.deepEqual(found.links, [{ path: '/system/bin/ln', destination: 'app2' }]);
  assert.deepEqual(found.metadata, [
    { key: 'post-build', value: 'R2' },
    { key: 'pre-build', value: 'a=b' },
  ]);
  assert.equal(found.appliesTo, undefined);
  assert.deepEqual(
    found.script.phases.map(({ title, line, statements }) => [title, line, statements]),
    [
      ['', 1, 2],
      ['Verifying current system...', 4, 9],
      ['Removing unneeded files...', 16, 3],
      ['Patching system files...', 21, 3],
      ['Patching boot image...', 26, 4],
      ['Unpacking new files...', 32, 2],
      ['Symlinks and permissions...', 34, 6],
      ['Patching remaining system files...', 40, 4],
    ],
  );
  assert.deepEqual(
    found.entries.map(({ role }) => role),
    ['file', 'patch', 'patch', 'file', 'patch', 'metadata', 'script'],
  );
});

test('integration: guards, staging, copies, single files, images, directories and long names', async () => {
  const long = 'x'.repeat(1000);
  const script = `# dfota 9.9
# R1 to R2
assert(mount("ubifs", "UBI", "system", "/system") || is_mounted("/system"));
delete("/system/gone", "/system/back", "/system/li" + "nk");
delete_recursive("/system/tree");
package_extract_dir("dfota/directory", "/system/empty");
delete("/system/empty/.dfota");
apply_patch("/system/old", "/system/new", ${a}, 10, ${b}, package_extract_file("patch/1")) || abort("no");
apply_patch("/system/stays", "/system/copy", ${a}, 10, ${a}, package_extract_file("identity"));
apply_patch("/system/stays", "-", ${a}, 10, ${a}, package_extract_file("identity"));
ui_print("Boot...");
apply_patch_check("/cache/recovery/boot.new", "${c}") ||
    apply_patch("MTD:boot:5:${a}:6:${c}", "/cache/recovery/boot.new", ${c}, 6,
                ${a}, package_extract_file("patch/boot"), ${c}, package_extract_file("identity")) || abort("no");
assert(apply_patch("/cache/recovery/boot.new", "MTD:boot:6:${c}", ${c}, 6, ${c}, package_extract_file("identity")));
delete("/cache/recovery/boot.new");
write_raw_image(package_extract_file("firmware-update/abl.elf"), "abl");
package_extract_file("raw", "/dev/block/by-name/boot");
package_extract_file("odd", "/system/${long}" + "${long}");
package_extract_file("modem", "/system/firmware/image/m");
apply_patch_check("/system/${'z'}", "${a}", "${b}");
package_extract_file("missing", "/system/hollow");
symlink("app", "/system/link", "/system/l2");
if getprop("x") == "y" then package_extract_file("back", "/system/back"); !is_mounted("/x") endif;
`;
  const file = await packageOf(
    'every.zip',
    script,
    entry('dfota/directory/.dfota', ''),
    entry('patch/1', patch),
    entry('identity', patch),
    entry('patch/boot', 'neither'),
    entry('firmware-update/abl.elf', 'abl'),
    entry('raw', 'raw'),
    entry('odd', 'odd'),
    entry('modem', 'modem'),
    entry('back', 'back'),
    entry('stray', ''),
    entry('quectel-project-version', 'Project Rev : R1\n'),
  );
  const found = await inspectPackage({ package: file });
  assert.deepEqual(
    found.targets.map(({ kind, name, method, from, entry: of, part }) => [kind, name, method, from, of, part]),
    [
      ['file', '/system/new', 'BSDIFF40', '/system/old', 'patch/1', 'l'],
      ['file', '/system/copy', 'BSDIFF40', '/system/stays', 'identity', 'l'],
      ['partition', 'MTD:boot', 'unknown', undefined, 'patch/boot', 'o'],
      ['partition', 'MTD:abl', 'whole', undefined, 'firmware-update/abl.elf', 'minor'],
      ['partition', 'EMMC:/dev/block/by-name/boot', 'whole', undefined, 'raw', 'o'],
      ['file', `/system/${long}${long}`, 'whole', undefined, 'odd', 'l'],
      ['file', '/system/firmware/image/m', 'whole', undefined, 'modem', 'm'],
      ['file', '/system/hollow', 'whole', undefined, undefined, 'l'],
      ['file', '/system/back', 'whole', undefined, 'back', 'l'],
    ],
  );
  assert.deepEqual(found.removed, ['/system/gone', '/system/tree/']);
  assert.deepEqual(found.directories, ['/system/empty']);
  assert.deepEqual(
    found.links.map(({ path }) => path),
    ['/system/l2', '/system/link'],
  );
  assert.deepEqual(Object.fromEntries(found.entries.map(({ name, role }) => [name, role])), {
    'dfota/directory/.dfota': 'directory',
    'patch/1': 'patch',
    identity: 'identity',
    'patch/boot': 'patch',
    'firmware-update/abl.elf': 'image',
    raw: 'image',
    odd: 'file',
    modem: 'file',
    back: 'file',
    stray: 'unused',
    'quectel-project-version': 'version',
    [scriptName]: 'script',
  });
  assert.deepEqual(found.madeBy, ['dfota 9.9', 'R1 to R2']);
  assert.equal(found.appliesTo?.revision, 'R1');
});

test('integration: a script of more statements than a call takes arguments is read', async () => {
  const { script } = await inspectPackage({ package: await packageOf('long.zip', 'a();\n'.repeat(200_000)) });
  assert.equal(script.statements, 200_000);
});

test('integration: progress reaches the whole, and an abort ends it', async () => {
  const file = await packageOf('progress.zip', 'ui_print("a");\n', entry('x', 'xx'), entry('y', ''));
  const seen: Progress[] = [];
  await inspectPackage({ package: file }, { onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1);
  assert.ok(last !== undefined && last.doneBytes === last.totalBytes && last.doneItems === 3);
  const stop = new Error('stop');
  await assert.rejects(
    inspectPackage({ package: file }, { signal: AbortSignal.abort(stop) }),
    (error) => error === stop,
  );
});

test('integration: what is no package is an input error that says why', async () => {
  const path = (name: string) => join(folder, name);
  mkdirSync(path('folder'));
  writeFileSync(path('empty'), '');
  writeFileSync(path('text'), 'x'.repeat(1000));
  const whole = await packageOf('whole.zip', 'a;\n', entry('patch', patch.repeat(100)));
  const bytes = readFileSync(whole);
  writeFileSync(path('cut'), bytes);
  truncateSync(path('cut'), bytes.length - 30);
  const damaged = Buffer.from(bytes);
  damaged.writeUInt8(0xff, 50);
  writeFileSync(path('damaged'), damaged);
  await writePackage([entry('a', '')], path('scriptless'));
  await packageOf('syntax', '# one\nmount("a");\n  mount(;\n');
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['missing', 'package-file', /there is no such file/],
    ['folder', 'package-file', /cannot be read/],
    ['empty', 'package-no-zip', /./],
    ['text', 'package-no-zip', /./],
    ['cut', 'package-no-zip', /./],
    ['damaged', 'package-damaged', /CRC/],
    ['scriptless', 'package-no-script', /updater-script/],
    ['syntax', 'script-syntax', /updater-script\):3:/],
  ];
  for (const [name, code, message] of cases) {
    await assert.rejects(inspectPackage({ package: path(name) }), (error) => {
      assert.ok(error instanceof InputError, `${name}: ${error}`);
      assert.equal(error.faults[0]?.code, code, name);
      assert.match(error.message, message, name);
      return true;
    });
  }
});
