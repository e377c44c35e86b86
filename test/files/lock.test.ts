import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { withLock } from '../../src/files/lock.js';
import { holderOf, isGone, parseHolder, printHolder } from '../../src/files/lock-holder.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('lock');
const locked = <T>(folder: string, step: () => Promise<T>): Promise<T> =>
  withLock({ file: join(folder, 'lock'), code: 'archive-locked', doing: 'adding to this archive' }, step);
const fresh = (): string => mkdtempSync(join(work, 'a'));

test('integration: the lock says who holds it, and is gone afterwards, also when the step fails', async () => {
  const folder = fresh();
  await locked(folder, async () => {
    const holder = parseHolder(readFileSync(join(folder, 'lock'), 'utf8'));
    assert.equal(holder?.host, hostname());
    assert.equal(holder.process, process.pid);
    await assert.rejects(
      locked(folder, async () => {}),
      new RegExp(`process ${process.pid} on this host`),
    );
  });
  await assert.rejects(
    locked(folder, () => Promise.reject(new Error('stop'))),
    /stop/,
  );
  assert.deepEqual(readdirSync(folder), []);
});

test('integration: a process that was killed while it held the lock blocks nobody', async () => {
  const folder = fresh();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  assert.ok(child.pid !== undefined);
  writeFileSync(join(folder, 'lock'), printHolder(await holderOf(child.pid)));
  await assert.rejects(
    locked(folder, async () => {}),
    /another process is adding/,
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(await locked(folder, async () => 'taken over'), 'taken over');
  assert.equal(existsSync(join(folder, 'lock')), false);
});

test('integration: of many runs that find the same left lock one goes on at a time', async () => {
  const folder = fresh();
  writeFileSync(join(folder, 'lock'), printHolder({ ...(await holderOf(process.pid)), process: 2 ** 22 + 7 }));
  let inside = 0;
  let most = 0;
  const runs = Array.from({ length: 8 }, () =>
    locked(folder, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await setTimeout(20);
      inside -= 1;
    }),
  );
  const ends = await Promise.allSettled(runs);
  assert.equal(most, 1);
  assert.ok(ends.some(({ status }) => status === 'fulfilled'));
  assert.deepEqual(readdirSync(folder), []);
});

test('unit: a holder is gone only when that is certain', async () => {
  const mine = await holderOf(process.pid);
  assert.equal(await isGone(mine), false);
  assert.equal(await isGone({ ...mine, process: 2 ** 22 + 1 }), true);
  assert.equal(await isGone({ ...mine, process: 2 ** 22 + 1, host: 'elsewhere' }), false);
  assert.equal(await isGone({ ...mine, birth: undefined, space: undefined }), false);
  if (mine.birth === undefined) return;
  const [machine, started] = mine.birth.split(' ');
  assert.equal(await isGone({ ...mine, birth: `${machine} ${Number(started) - 1}` }), true);
  assert.equal(await isGone({ ...mine, birth: `0-0 ${started}` }), true);
  assert.equal(await isGone({ ...mine, process: 2 ** 22 + 1, space: 'pid:[1]' }), false);
});

test('unit: a lock that is no holder names nobody', () => {
  const texts = ['', '{', '[]', 'null', '7', '{"host":"h"}', '{"host":"h","since":"s","process":-1}'];
  for (const text of texts) assert.equal(parseHolder(text), undefined, text);
});
