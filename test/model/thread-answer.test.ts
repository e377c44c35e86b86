import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { type ThreadQuestion, threadAnswer } from '../../src/model/thread-answer.js';

/** What a thread does when it is asked, and what the asking comes to; afterwards nothing may listen to it. */
async function asked(does: (thread: EventEmitter, stop: AbortController) => void): Promise<unknown> {
  const thread = new EventEmitter();
  const stop = new AbortController();
  const question: ThreadQuestion<number, number> = {
    ask: () => does(thread, stop),
    take: (said) => {
      if (said < 0) throw new Error(`refused ${said}`);
      return said === 0 ? undefined : { answer: said };
    },
    ended: 'the thread ended',
    signal: stop.signal,
  };
  const outcome = await threadAnswer(thread, question).catch((error: unknown) => error);
  assert.deepEqual(thread.eventNames(), []);
  return outcome;
}

test('unit: the answer of a thread is the first message that is taken for it', async () => {
  assert.equal(
    await asked((thread) => {
      for (const said of [0, 0, 7, 8]) thread.emit('message', said);
    }),
    7,
  );
});

test('unit: a refusal, a fault, an end and a stop are the outcome', async () => {
  assert.deepEqual(await asked((thread) => thread.emit('message', -1)), new Error('refused -1'));
  assert.deepEqual(await asked((thread) => thread.emit('error', new Error('broke down'))), new Error('broke down'));
  assert.deepEqual(await asked((thread) => thread.emit('exit', 3)), new Error('the thread ended (3)'));
  assert.equal(await asked((_thread, stop) => stop.abort('stopped')), 'stopped');
});
