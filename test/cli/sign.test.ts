/** `dfota sign` and `dfota verify` with keys, as the command line runs them. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { dfota } from '../../src/cli/dfota.js';
import { askWithoutEcho } from '../../src/cli/passphrase.js';
import { run } from '../../src/cli/run.js';
import { makeKey, type TestKey, tool } from '../support/keys.js';
import { testTerminal } from '../support/terminal.js';
import { without } from '../support/tools.js';
import { workFolder } from '../support/work-folder.js';
import { buildZip } from '../support/zip-builder.js';

const work = workFolder('cli-sign');
const at = (name: string): string => join(work, name);
let key: TestKey;

before(() => {
  if (without('openssl') !== false) return;
  key = makeKey(work, 'k');
  writeFileSync(at('update.zip'), buildZip([{ name: 'a', data: Buffer.from('content') }]));
  tool('openssl', ['rsa', '-in', key.key, '-aes256', '-passout', 'pass:sésame', '-out', at('locked.pem')]);
});

async function command(words: readonly string[], edits: Parameters<typeof testTerminal>[0] = {}) {
  const { terminal, stdout, stderr } = testTerminal(edits);
  const code = await run(dfota('test'), words, terminal);
  return { code, stdout: stdout(), stderr: stderr() };
}

test('integration: sign, then verify with the key alone; another key is exit code 1', {
  skip: without('openssl'),
}, async () => {
  const words = ['sign', at('update.zip'), '--scheme', 'android', '--key', key.key, '--certificate', key.certificate];
  const signed = await command([...words, '--output', at('signed.zip'), '--json']);
  assert.equal(signed.code, 0, signed.stderr);
  const document = JSON.parse(signed.stdout);
  assert.deepEqual(
    [document.format, document.version, document.scheme, document.output],
    ['dfota-signed', 1, 'android', at('signed.zip')],
  );
  assert.equal(document.size, readFileSync(at('signed.zip')).length);

  const good = await command(['verify', at('signed.zip'), '--public-key', key.publicKey]);
  assert.deepEqual([good.code, good.stderr], [0, '']);
  assert.match(good.stdout, /^SIGNED: .*\n {2}whole file \(Android\): valid/);
  const other = makeKey(work, 'other');
  const bad = await command(['verify', at('signed.zip'), '--public-key', other.publicKey, '--json']);
  assert.equal(bad.code, 1);
  assert.equal(JSON.parse(bad.stdout).signatures.valid, false);
  const none = await command(['verify', at('update.zip'), '--public-key', key.publicKey]);
  assert.equal(none.code, 1);
  assert.match(none.stdout, /^NOT SIGNED: .*\n {2}the package has no signature/);
});

test('integration: what does not go together is a wrong command line', { skip: without('openssl') }, async () => {
  const sign = ['sign', at('update.zip'), '--output', at('no.zip')];
  for (const words of [
    [...sign, '--scheme', 'le'],
    [...sign, '--scheme', 'le', '--key', key.key, '--signer-command', 'true'],
    [...sign, '--scheme', 'le', '--signer-command', 'true'],
    [...sign, '--scheme', 'pgp', '--key', key.key],
    [...sign, '--scheme', 'le', '--key', key.key, '--signer-timeout', '0'],
    [...sign, '--scheme', 'android', '--key', key.key],
    ['verify', at('update.zip')],
    ['verify', at('update.zip'), '--signature', at('x.sig')],
  ]) {
    const { code, stderr } = await command(words);
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
  }
});

test('integration: the passphrase comes from the environment, or from a question; it is shown nowhere', {
  skip: without('openssl'),
}, async () => {
  const words = ['sign', at('update.zip'), '--scheme', 'le', '--key', at('locked.pem'), '--output', at('locked.zip')];
  const missing = await command(words);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /needs a passphrase/);
  const named = [...words, '--passphrase-env', 'TEST_PASSPHRASE'];
  const given = await command(named, { environment: { TEST_PASSPHRASE: 'sésame' } });
  assert.equal(given.code, 0, given.stderr);
  const wrong = await command(named, { environment: { TEST_PASSPHRASE: 'secret but wrong' } });
  assert.equal(wrong.code, 3);
  assert.doesNotMatch(wrong.stderr + wrong.stdout, /secret but wrong/);
  const asked = await command(words, { askSecret: async () => 'sésame' });
  assert.equal(asked.code, 0, asked.stderr);
});

class Keyboard extends EventEmitter {
  raw = false;
  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
  resume(): void {}
  pause(): void {}
}

test('unit: a question without echo takes a line, backspace and Ctrl-C', async () => {
  const type = async (...chunks: readonly (string | Buffer)[]) => {
    const keyboard = new Keyboard();
    let [shown, interrupted] = ['', false];
    const answer = askWithoutEcho(
      'word: ',
      keyboard,
      (text) => (shown += text),
      () => (interrupted = true),
    );
    assert.equal(keyboard.raw, true);
    for (const chunk of chunks) keyboard.emit('data', Buffer.from(chunk));
    const said = await answer;
    assert.deepEqual([keyboard.raw, keyboard.listenerCount('data')], [false, 0]);
    return { said, shown, interrupted };
  };
  assert.deepEqual(await type('se', 'cret\r'), { said: 'secret', shown: 'word: \n', interrupted: false });
  assert.equal((await type('sé\x7fesame\n')).said, 'sesame');
  assert.equal((await type(Buffer.from([0xc3]), Buffer.from([0xa9]), '\r')).said, 'é');
  assert.deepEqual(await type('abc\x03'), { said: undefined, shown: 'word: \n', interrupted: true });
  assert.equal((await type('\x04')).said, undefined);
});
