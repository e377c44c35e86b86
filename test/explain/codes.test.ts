import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { explain, knownSubjects } from '../../src/explain/explain.js';
import { nearCodes } from '../../src/explain/finding-codes.js';
import { codeTexts } from '../../src/model/codes.js';
import { InputError, UsageError } from '../../src/model/errors.js';
import { explanationJson, explanationText } from '../../src/report/explanation.js';
import { explainSubject } from '../../src/usecases/explain.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const documented = ['0', '501', '502', '503', '504', '505', '510', '511', '520', '530', '540', '546', '550'];

test('unit: every documented code has a meaning, and every failure something to look at', () => {
  for (const code of documented) {
    const found = explain(code);
    assert.equal(found?.subject, code);
    assert.notEqual(found?.meaning, '');
    if (code !== '0') assert.ok((found?.causes.length ?? 0) > 0 && (found?.look.length ?? 0) > 0, code);
  }
  for (const code of ['500', '519', '531', '547', '5100', '-1', '', 'abc', 'constructor', '__proto__'])
    assert.equal(explain(code), undefined, code);
});

test('unit: statuses of the update-binary, words and lines of the module', () => {
  assert.match(explain('status 7')?.meaning ?? '', /aborted/);
  assert.match(explain('(Status 6)')?.meaning ?? '', /has a syntax error/);
  assert.match(explain('exit 3')?.meaning ?? '', /zip/);
  assert.match(explain('7')?.meaning ?? '', /aborted/);
  assert.equal(explain('status 9'), undefined);
  assert.equal(explain('+QIND: "FOTA","END",510')?.subject, 'END 510');
  assert.match(explain('+QIND: "FOTA","END",0')?.meaning ?? '', /succeeded/);
  assert.equal(explain('+QIND: "FOTA","UPDATING",55')?.subject, 'UPDATING 55');
  assert.match(explain('ip_previous_update_check_file_failed')?.meaning ?? '', /510/);
  assert.equal(explain('+QIND: "FOTA","END",999'), undefined);
  for (const subject of knownSubjects()) if (!subject.includes('-')) assert.ok(explain(subject), subject);
});

test('unit: text and JSON', () => {
  const found = explain('510') ?? assert.fail();
  assert.match(explanationText(found).text, /^510: the verification of a file failed[^\n]*\nlikely causes:\n {2}- /);
  assert.match(explanationText(found).text, /\nlook at:\n {2}- /);
  assert.match(explanationJson(found).text, /"format": "dfota-explanation"/);
});

test('integration: a code, a log, a log with its package', async () => {
  const work = workFolder('explain');
  assert.equal((await explainSubject({ subject: '510' })).kind, 'code');
  const file = join(work, 'last_log');
  writeFileSync(file, 'script aborted: assert failed: apply_patch_check("/system/a", "b")\n(Status 7)\n');
  const zip = join(work, 'update.zip');
  const name = 'META-INF/com/google/android/updater-script';
  const data = Buffer.from('ui_print("x");\nassert(apply_patch_check("/system/a", "b"));\n');
  writeFileSync(zip, buildZip([{ name, data, mode: 0o100644 }]));
  const plain = await explainSubject({ subject: file });
  assert.ok(plain.kind === 'log' && plain.reading.failure?.script === undefined);
  const cited = await explainSubject({ subject: file, package: zip });
  assert.ok(cited.kind === 'log' && cited.reading.failure?.script?.line === 2);
  await assert.rejects(explainSubject({ subject: '999' }), UsageError);
  await assert.rejects(explainSubject({ subject: join(work, 'missing') }), /there is no file/);
  await assert.rejects(explainSubject({ subject: file, package: join(work, 'missing.zip') }), InputError);
  writeFileSync(zip, buildZip([{ name: 'other', data, mode: 0o100644 }]));
  await assert.rejects(explainSubject({ subject: file, package: zip }), /holds no updater-script/);
});

test('unit: every code of a finding is known, and what is spelled nearly so is suggested', () => {
  for (const [code, { meaning, remedy }] of Object.entries(codeTexts)) {
    const found = explain(code) ?? assert.fail(code);
    assert.deepEqual([found.subject, found.meaning, found.look], [code, meaning, [remedy]]);
  }
  assert.equal(explain('ZIP-Truncated')?.subject, 'zip-truncated');
  assert.deepEqual(nearCodes('zip-trunkated'), ['zip-truncated']);
  assert.deepEqual(nearCodes('zip truncated'), ['zip-truncated']);
  assert.ok(nearCodes('boot-missing').includes('boot-too-large'));
  for (const word of ['999', '', 'xyzzy-plugh', 'a-'.repeat(100_000)])
    assert.deepEqual(nearCodes(word), [], word.slice(0, 9));
});

test('integration: a code that is not known is refused with what was probably meant', async () => {
  const refused = await explainSubject({ subject: 'zip-trunkated' }).then(
    () => assert.fail(),
    (error: unknown) => error,
  );
  assert.ok(refused instanceof UsageError);
  assert.match(refused.message, /neither a known code or word nor a file[\s\S]*did you mean zip-truncated\?/);
});
