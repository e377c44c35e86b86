import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { run } from '../../src/cli/run.js';
import { testTerminal } from '../support/terminal.js';
import { workFolder } from '../support/work-folder.js';

async function explain(...words: string[]) {
  const { terminal, stdout, stderr } = testTerminal();
  const code = await run(dfota('0.0.0'), ['explain', ...words], terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: codes, words and lines are explained', async () => {
  for (const words of [['510'], ['status', '7'], ['+QIND: "FOTA","END",505'], ['IP_PREVIOUS_UPDATE_IN_PROGRESS']]) {
    const { code, stdout } = await explain(...words);
    assert.equal(code, 0, words.join(' '));
    assert.notEqual(stdout, '');
    assert.ok(JSON.parse((await explain(...words, '--json')).stdout));
  }
  assert.equal((await explain('nonsense')).code, 2);
});

test('integration: a log is read from its file', async () => {
  const log = join(workFolder('cli-explain'), 'last_log');
  writeFileSync(log, 'script aborted: assert failed: apply_patch_check("/system/bin/app", "a", "b")\n');
  const { stdout, stderr } = await explain(log);
  assert.match(stdout, /\/system\/bin\/app/, stderr);
});
