import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBuild, runPackage } from '../support/device.js';

const source = memoryBuild();

/** The value of an expression, told by the abort that carries it. */
async function textOf(expression: string, profile: 'strict' | 'android-4.4' = 'strict'): Promise<string | undefined> {
  const result = await runPackage(source, { script: `abort("=" + (${expression}) + "=");\n` }, { profile });
  assert.equal(result.status, 'aborted', result.message);
  return /^=(.*?)=(?= \(|$)/s.exec(result.message ?? '')?.[1] ?? `abort: ${result.message}`;
}

test('unit: False is the empty string; everything else is true', async () => {
  const cases: readonly (readonly [string, string])[] = [
    ['"" || "b"', 'b'],
    ['a || b', 'a'],
    ['a && b', 'b'],
    ['"" && b', ''],
    ['!""', 't'],
    ['!a', ''],
    ['"0" && yes', 'yes'],
    ['"false" && yes', 'yes'],
    ['a == a', 't'],
    ['a == b', ''],
    ['a != b', 't'],
    ['if "" then a else b endif', 'b'],
    ['if a then b else c endif', 'b'],
    ['if "" then a endif', ''],
    ['(a; b; c)', 'c'],
    ['"a" + "b" + c', 'abc'],
    ['ifelse("", a, b)', 'b'],
    ['ifelse(x, a, abort("not evaluated"))', 'a'],
    ['ifelse("", a)', ''],
    ['concat(a, b, c)', 'abc'],
    ['concat()', ''],
    ['is_substring(b, abc)', 't'],
    ['is_substring(x, abc)', ''],
    ['less_than_int(9, 10)', 't'],
    ['less_than_int(10, 9)', ''],
    ['greater_than_int(10, 9)', 't'],
    ['greater_than_int(x, 9)', ''],
    ['getprop("ro.any")', ''],
    ['ui_print("a", "b")', 'ab'],
    ['set_progress(0.5)', '0.5'],
    ['show_progress(0.5, 10)', '0.5'],
    ['set_perm(0, 0, 0755, "/cache")', ''],
    ['set_perm_recursive(0, 0, 0755, 0644, "/cache")', ''],
    ['symlink("a", "/cache/l")', ''],
    ['delete("/cache/none")', '0'],
    ['is_mounted("/system")', ''],
    ['is_mounted("/cache")', '/cache'],
    ['(mount("ubifs", "UBI", "system", "/system"); is_mounted("/system"))', '/system'],
    ['(mount("ubifs", "UBI", "system", "/system"); unmount("/system"); is_mounted("/system"))', ''],
  ];
  for (const [expression, value] of cases) assert.equal(await textOf(expression), value, expression);
});

test('unit: A function fails by returning "" (the script goes on) or by aborting; `f(...) || abort("text");` turns one into the other', async () => {
  const goesOn = await runPackage(source, { script: 'unmount("/nowhere");\nui_print("on");\n' });
  assert.equal(goesOn.status, 'succeeded');
  const aborts = await runPackage(source, { script: 'ui_print("a");\nunmount("/nowhere") || abort("text");\n' });
  assert.equal(aborts.status, 'aborted');
  assert.match(aborts.message ?? '', /^text/);
  assert.equal(aborts.place?.line, 2);
  assert.equal(aborts.deviceCode, 502);
});

test('unit: `assert(e)` aborts with the text of e', async () => {
  const result = await runPackage(source, { script: 'assert(a == "a", !unmount("/nowhere"), a ==\n b);\n' });
  assert.match(result.message ?? '', /^assert failed: a ==\n b/);
});

test('unit: An unknown function is a parse error even in a branch never taken', async () => {
  const result = await runPackage(source, { script: 'if "" then retouch_binaries() endif;\n' });
  assert.equal(result.status, 'parse-error');
  assert.match(result.message ?? '', /retouch_binaries/);
  assert.deepEqual(result.place, { line: 1, column: 12 });
  assert.equal(result.statements, 0);
});

test('unit: Statements recurse once each: 150,000 work, 200,000 overflow the stack', async () => {
  const many = (count: number) => ({ script: 'a;\n'.repeat(count) });
  assert.equal((await runPackage(source, many(150_000))).status, 'succeeded');
  const overflow = await runPackage(source, many(200_000));
  assert.equal(overflow.status, 'aborted');
  assert.match(overflow.message ?? '', /overflow/);
});

test('unit: Nested parentheses under 9,000 run', async () => {
  const nested = `${'ifelse(a, '.repeat(2000)}b${')'.repeat(2000)}`;
  assert.equal(await textOf(nested), 'b');
});

test('unit: A ui_print line stays under 1,000 bytes', async () => {
  const long = `"${'x'.repeat(500)}" + "${'x'.repeat(500)}"`;
  const script = `ui_print(${long});\n`;
  assert.equal((await runPackage(source, { script })).status, 'aborted');
  assert.equal((await runPackage(source, { script }, { profile: 'android-4.4' })).status, 'succeeded');
});

test('unit: bytes where text is expected abort', async () => {
  const entries = { data: 'x' };
  for (const script of ['ui_print(package_extract_file("data"));\n', 'package_extract_file("data") == a;\n']) {
    const result = await runPackage(source, { script, entries });
    assert.match(result.message ?? '', /expecting string/, script);
  }
  const fine = await runPackage(source, { script: 'package_extract_file("data");\n', entries });
  assert.equal(fine.status, 'succeeded');
});

test('unit: wrong counts of arguments abort', async () => {
  for (const call of [
    'mount("a")',
    'unmount()',
    'is_substring(a)',
    'set_progress()',
    'show_progress(1)',
    'apply_patch(a, b)',
    'apply_patch_check()',
    'set_perm(0, 0, 0644)',
    'set_perm_recursive(0, 0, 0755, 0644)',
    'package_extract_dir(a)',
    'package_extract_file()',
    'file_getprop(a)',
    'write_raw_image(a)',
    'symlink()',
    'read_file()',
    'sha1_check()',
    'run_program()',
    'ifelse(a)',
  ]) {
    const result = await runPackage(source, { script: `${call};\n` });
    assert.equal(result.status, 'aborted', call);
    assert.match(result.message ?? '', /expect/, call);
  }
});

test('unit: run_program: a missing program gives the raw wait status, which is true; what one does cannot be proved', async () => {
  for (const path of ['/tmp/none', '/system/bin/none', '/cache/none/x']) {
    assert.equal(await textOf(`run_program("${path}", "-x")`), '256');
  }
  const known = await runPackage(source, {
    script: 'mount("ubifs", "UBI", "system", "/system");\nrun_program("/system/build.prop");\n',
  });
  assert.equal(known.status, 'not-simulated');
  assert.match(known.message ?? '', /cannot be proved/);
});

test('unit: file_getprop: missing or over 64 KiB aborts; on old ones a line without `=` aborts', async () => {
  const large = `a=b\n${'#'.repeat(65536)}\n`;
  const entries = { good: '# c\n\n key = value with blanks \nkey=second\n', bad: 'a=b\nno equals\nc=d\n', large };
  const get = (entry: string, key: string) =>
    `(package_extract_file("${entry}", "/tmp/p"); file_getprop("/tmp/p", "${key}"))`;
  const run = async (entry: string, key: string, profile: 'strict' | 'android-7.1') => {
    const result = await runPackage(source, { script: `abort("=" + ${get(entry, key)});\n`, entries }, { profile });
    return result.message;
  };
  assert.equal(await run('good', 'key', 'strict'), '=value with blanks');
  assert.equal(await run('good', 'other', 'strict'), '=');
  assert.match((await run('bad', 'c', 'strict')) ?? '', /malformed line "no equals"/);
  assert.equal(await run('bad', 'c', 'android-7.1'), '=d');
  assert.match((await run('large', 'a', 'strict')) ?? '', /too large/);
  assert.match((await textOf('file_getprop("/system/none", "a")')) ?? '', /failed to stat/);
});

test('unit: mount: failure returns ""; 4 arguments (a fifth from 5.0)', async () => {
  assert.equal(await textOf('mount("ubifs", "UBI", "system", "/system")'), '/system');
  assert.equal(await textOf('mount("ubifs", "UBI", "other", "/system")'), '');
  assert.equal(await textOf('mount("ext4", "UBI", "system", "/system")'), '');
  assert.equal(await textOf('mount("ubifs", "MTD", "system", "/system")'), '');
  assert.equal(await textOf('mount("ubifs", "UBI", "system", "/elsewhere")'), '');
  const twice = '(mount("ubifs", "UBI", "system", "/system"); mount("ubifs", "UBI", "system", "/system"))';
  assert.equal(await textOf(twice), '');
  assert.match((await textOf('mount("ubifs", "UBI", "system", "/system", "ro")')) ?? '', /expects 4 args/);
  assert.match((await textOf('mount("ubifs", "", "system", "/system")')) ?? '', /can't be empty/);
  const script = 'mount("ubifs", "UBI", "system", "/system", "noatime") || abort("no");\n';
  assert.equal((await runPackage(source, { script }, { profile: 'android-5.1' })).status, 'succeeded');
});

test("unit: On Linux-Embedded, ubifs and ext4 are mounted by mount point from the recovery's own table", async () => {
  const script = 'mount("ubifs", "UBI", "whatever", "/system") || abort("no");\n';
  const mtd = script.replace('"UBI"', '"MTD"');
  for (const profile of ['le-7', 'android-4.1', 'strict'] as const) {
    assert.equal((await runPackage(source, { script: mtd }, { profile })).status, 'aborted', 'MTD goes by its name');
  }
  assert.equal((await runPackage(source, { script }, { profile: 'linux-embedded' })).status, 'succeeded');
  assert.equal((await runPackage(source, { script }, { profile: 'android-4.1' })).status, 'aborted');
});

test('unit: Only /cache and /tmp are mounted: the script mounts /system', async () => {
  const script = 'apply_patch_check("/system/build.prop") || abort("no");\n';
  assert.equal((await runPackage(source, { script })).deviceCode, 510);
  const mounted = `mount("ubifs", "UBI", "system", "/system");\n${script}`;
  assert.equal((await runPackage(source, { script: mounted })).deviceCode, 0);
});

test('unit: progress: percentages as the module reports them; backwards and past 100 are told', async () => {
  const bar = async (script: string) => {
    const { progress, progressFault } = await runPackage(source, { script });
    return { progress, fault: progressFault };
  };
  const good =
    'show_progress(0.1, 0); set_progress(0.5); set_progress(1.0); show_progress(0.9, 0); set_progress(1.0);\n';
  assert.deepEqual(await bar(good), { progress: [0, 5, 10, 100], fault: undefined });
  const timed = await bar('show_progress(0.9, 0); set_progress(1.0); show_progress(0.1, 10);\n');
  assert.deepEqual(timed, { progress: [0, 90, 100], fault: undefined });
  const past = await bar('show_progress(0.8, 0); show_progress(0.3, 0); set_progress(1);\n');
  assert.match(past.fault ?? '', /passes 100/);
  assert.equal(past.progress.at(-1), 100);
  const back = await bar('show_progress(1, 0); set_progress(0.5); set_progress(0.4);\n');
  assert.match(back.fault ?? '', /backwards: from 50.00 to 40.00/);
});
