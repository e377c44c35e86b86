import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { bothOrNeither, concurrently } from '../../src/input/concurrently.js';
import { InputError } from '../../src/model/errors.js';

const fault = (entry: string): InputError =>
  new InputError({ code: 'zip-damaged', place: { file: 'f', entry }, message: 'm' });

test('unit: no more than the width are under way, and all are done', async () => {
  let underWay = 0;
  let most = 0;
  const done: number[] = [];
  await concurrently([1, 2, 3, 4, 5, 6, 7], 3, undefined, async (item) => {
    most = Math.max(most, ++underWay);
    await wait(1);
    underWay--;
    done.push(item);
  });
  assert.equal(most, 3);
  assert.deepEqual(done.sort(), [1, 2, 3, 4, 5, 6, 7]);
});

test('unit: faults are gathered and sorted, twenty are enough', async () => {
  const letters = [...'dbca'];
  await assert.rejects(
    concurrently(letters, 2, undefined, async (letter) => {
      throw fault(letter);
    }),
    (error) => error instanceof InputError && error.faults.map(({ place }) => place?.entry).join('') === 'abcd',
  );
  let started = 0;
  await assert.rejects(
    concurrently(
      Array.from({ length: 100 }, (_, n) => n),
      2,
      undefined,
      async () => {
        started++;
        throw fault('x');
      },
    ),
  );
  assert.ok(started <= 22, String(started));
});

test('unit: a bug stops it at once, and nothing runs on', async () => {
  let running = 0;
  await assert.rejects(
    concurrently([1, 2, 3, 4, 5], 2, undefined, async (item) => {
      running++;
      await wait(item);
      running--;
      if (item === 1) throw new TypeError('bug');
    }),
    /bug/,
  );
  assert.equal(running, 0);
});

test('unit: of two jobs the failure of one stops the other', async () => {
  assert.deepEqual(
    await bothOrNeither(
      undefined,
      async () => 1,
      async () => 'b',
    ),
    [1, 'b'],
  );
  let stopped = false;
  await assert.rejects(
    bothOrNeither(
      undefined,
      async (signal) => {
        for (let turn = 0; turn < 1000; turn++) {
          await wait(1);
          if (signal.aborted) stopped = true;
          signal.throwIfAborted();
        }
      },
      async () => {
        throw fault('first');
      },
    ),
    (error) => error instanceof InputError && error.faults[0]?.place?.entry === 'first',
  );
  assert.ok(stopped);
});
