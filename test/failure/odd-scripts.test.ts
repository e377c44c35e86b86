/** Whatever a script says, `dfota verify` ends with a verdict: 0 or 1, never as a fault of the program, and with no stack. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { openBuild } from '../../src/usecases/open-inputs.js';
import { argumentCases, argumentEntries } from '../support/argument-cases.js';
import { makePackage } from '../support/device.js';
import { testTerminal } from '../support/terminal.js';
import { updaterCases, vectorSource } from '../support/updater-vectors.js';
import { workFolder } from '../support/work-folder.js';

const mountSystem = 'assert(mount("ubifs", "UBI", "system", "/system"));\n';

/** Scripts that no updater was made for. */
const monsters: readonly string[] = [
  '',
  '\n',
  '#',
  '\0',
  '\xff\xfe',
  '"',
  '"\\',
  '"\\x"',
  '"\\x4"; ui_print("a");',
  `ui_print("${'a'.repeat(1023)}");`,
  `ui_print("${'a'.repeat(1024)}");`,
  `${'('.repeat(3000)}"a"${')'.repeat(3000)};`,
  `${'!'.repeat(8000)}"a";`,
  `${'('.repeat(20_000)}`,
  `${'ui_print("a");'.repeat(20_000)}`,
  `concat(${'"a",'.repeat(20_000)}"b");`,
  `${'"a"+'.repeat(20_000)}"b";`,
  `${'if "a" then '.repeat(1500)}"b"${' endif'.repeat(1500)};`,
  `symlink("${'a/'.repeat(400)}", "/system/${'b/'.repeat(400)}x");`,
  `package_extract_file("one", "/system/${'c'.repeat(300)}");`,
  'set_perm(99999999999999999999, 0, 0644, "/system/opt/target");',
  'set_perm(0, 0, 0x, "/system/opt/target");',
  'apply_patch_space("99999999999999999999999999");',
  'less_than_int("99999999999999999999999999", "1");',
  'set_progress("1e999"); show_progress("-1", "-1"); set_progress("nan");',
  'apply_patch_check("MTD:boot:99999999999999999999:0000000000000000000000000000000000000000");',
  'apply_patch_check("EMMC:/:1:0000000000000000000000000000000000000000");',
  'getprop("__proto__") == "constructor" && getprop("constructor");',
  'file_getprop("/system/build.prop", "__proto__");',
  'package_extract_file("__proto__", "/system/__proto__"); package_extract_file("constructor");',
  'mount("ubifs", "UBI", "system", "/"); unmount("/"); delete_recursive("/", ".", "..", "//");',
  'rename_("a"); toString(); constructor(); hasOwnProperty("x");',
];

test('integration: dfota verify gives a verdict on every odd script, on every family of profiles', async () => {
  const work = workFolder('odd-scripts');
  const patch = updaterCases().find(({ case: name }) => name === 'ap-good')?.entries?.p ?? '';
  const entries = { ...argumentEntries, p: Buffer.from(patch, 'base64') };
  const source = await openBuild(vectorSource, { role: 'source', modes: 'note' });
  const scripts = [...monsters, ...argumentCases.map(({ script }) => `${mountSystem}${script}`)];
  try {
    for (const [index, script] of scripts.entries()) {
      const path = join(work, 'update.zip');
      writeFileSync(path, makePackage(source, { script, entries }));
      const profile = ['strict', 'android-4.1', 'android-7.1', 'le-7'][index % 4] ?? 'strict';
      const { terminal, stdout, stderr } = testTerminal();
      const words = ['verify', path, '--source', vectorSource, '--profile', profile, '--power-cuts', '2'];
      const code = await run(dfota('0.0.0'), words, terminal);
      const text = `${stdout()}${stderr()}`;
      const shown = `${profile}: ${script.slice(0, 200)}\nexit code ${code}\n${text}`;
      assert.ok(code === 0 || code === 1, shown);
      assert.match(text, /^(RUNS|NOT PROVED): /m, shown);
      assert.doesNotMatch(
        text,
        /^ +at .*[(:]\d+|report it|fault of dfota|TypeError|RangeError|\bundefined\b|\bNaN\b/m,
        shown,
      );
    }
  } finally {
    await source.content.close();
  }
});
