import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { sha256Of } from '../../../src/model/digest.js';
import { openTurns } from '../../../src/store/cache/turns.js';

const [one, two] = [sha256Of(Buffer.from('1')), sha256Of(Buffer.from('2'))];

test('unit: steps of one key run in turn, those of another at once; one that fails lets the next go on', async () => {
  const turns = openTurns();
  const log: string[] = [];
  const step = (name: string) => async (): Promise<string> => {
    log.push(`begin ${name}`);
    await setImmediate();
    log.push(`end ${name}`);
    if (name === 'b') throw new Error('b fails');
    return name;
  };
  const [a, b, c, other] = [
    turns.take(one, step('a')),
    turns.take(one, step('b')),
    turns.take(one, step('c')),
    turns.take(two, step('other')),
  ];
  assert.deepEqual([turns.isTaken(one), turns.isTaken(two)], [true, true]);
  await assert.rejects(b, /b fails/);
  assert.deepEqual(await Promise.all([a, c, other]), ['a', 'c', 'other']);
  assert.deepEqual(
    log.filter((line) => !line.endsWith('other')),
    ['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c'],
  );
  assert.ok(log.indexOf('begin other') < log.indexOf('end a'));
  assert.deepEqual([turns.isTaken(one), turns.isTaken(two)], [false, false]);
});
