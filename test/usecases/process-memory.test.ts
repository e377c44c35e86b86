/** What `--memory` promises for `audit` and `verify`: shares stay within it, and what cannot fit says what it needs. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { auditRequest } from '../../src/cli/commands/audit.js';
import { verifyRequest } from '../../src/cli/commands/verify.js';
import type { Build } from '../../src/model/build.js';
import { UsageError } from '../../src/model/errors.js';
import { auditFiles } from '../../src/usecases/audit/audit-files.js';
import { shareLooking } from '../../src/usecases/audit/audit-memory.js';
import { processBytes, shareReading, threadBytes } from '../../src/usecases/process-memory.js';
import { verifyFiles } from '../../src/usecases/verify/verify-files.js';
import { shareSimulation } from '../../src/usecases/verify/verify-memory.js';
import { memoryBuild } from '../support/device.js';
import { withGenerated } from '../support/generated.js';
import { mutationPair } from '../support/mutation-pair.js';
import { file } from '../support/targetfiles.js';
import { workFolder } from '../support/work-folder.js';

const work = workFolder('process-memory');
const mebibyte = 2 ** 20;

/** A build of one file beside what each has; the size is claimed, no byte of it is there. */
function claiming(path: string, size: number, text: string): Build {
  const { build } = memoryBuild({ nodes: { [path]: file(text) } });
  return {
    ...build,
    entries: new Map(
      [...build.entries].map(([name, entry]) => [
        name,
        name === path && entry.kind === 'file' ? { ...entry, content: { ...entry.content, size } } : entry,
      ]),
    ),
  };
}

/** What the refusal of too little says is needed, in bytes. */
function needed(share: (memory: number) => unknown): number {
  try {
    share(1);
  } catch (error) {
    assert(error instanceof UsageError);
    const [fault] = error.faults;
    assert.equal(fault?.code, 'memory-option');
    return Number(/^at least (\d+)M/.exec(fault?.expected ?? '')?.[1]) * mebibyte;
  }
  return assert.fail('a byte was enough');
}

test('property: what is shared out stays within the promise; what is refused says what is needed, and that is enough', () => {
  const size = fc.nat(200 * mebibyte);
  fc.assert(
    fc.property(size, size, fc.nat(2000), (before, after, more) => {
      const [source, target] = [claiming('SYSTEM/a', before, 'one'), claiming('SYSTEM/a', after, 'two')];
      const paths = source.entries.size + target.entries.size;
      const looking = (memory: number) => shareLooking(memory, source, target, new Map());
      const leastLooking = needed(looking);
      assert.throws(() => looking(leastLooking - mebibyte), UsageError);
      const { apart } = looking(leastLooking + more * mebibyte);
      const pair = before + after;
      assert.ok(leastLooking >= processBytes(paths) + 2 * pair);
      if (apart) assert.ok(processBytes(paths) + threadBytes + 4 * pair <= leastLooking + more * mebibyte);

      const simulation = (memory: number) => shareSimulation(memory, [source, target]);
      const least = needed(simulation);
      assert.throws(() => simulation(least - mebibyte), UsageError);
      const memory = least + more * mebibyte;
      const share = simulation(memory) ?? assert.fail();
      const largest = 2 * Math.max(before, after);
      assert.ok(least >= processBytes(paths) + largest);
      for (const threads of [share.patchThreads, share.cutThreads])
        assert.ok(processBytes(paths) + largest + 2 * share.mostKept + threads * (threadBytes + largest) <= memory);
    }),
  );
});

test('unit: without a promise all may be used; with little, one thread reads small files', () => {
  const build = claiming('SYSTEM/a', 2 ** 33, 'one');
  assert.equal(shareSimulation(undefined, [build]), undefined);
  assert.deepEqual(shareLooking(undefined, build, build, new Map()), { apart: true });
  assert.equal(shareReading(undefined).threads, undefined);
  assert.equal(shareReading(1).threads, 1);
  assert.ok(shareReading(1).largest < shareReading(2 ** 30).largest);
  assert.ok((shareReading(2 ** 30).threads ?? 0) > 1);
});

test('unit: what is the same in both builds, and what is too large to be looked into, needs nothing', () => {
  const same = claiming('SYSTEM/a', 100 * mebibyte, 'one');
  const large = (text: string) => claiming('SYSTEM/a', 2 ** 32, text);
  const small = needed((memory) =>
    shareLooking(memory, claiming('SYSTEM/a', 1, 'one'), claiming('SYSTEM/a', 2, 'two'), new Map()),
  );
  assert.equal(
    needed((memory) => shareLooking(memory, same, same, new Map())),
    small,
  );
  assert.equal(
    needed((memory) => shareLooking(memory, large('one'), large('two'), new Map())),
    small,
  );
});

test('end-to-end: audit and verify refuse what they cannot keep, and say the same with the least that they ask for', async () => {
  await withGenerated(
    join(work, 'pair'),
    mutationPair,
    { verify: { level: 'off', profile: 'strict' } },
    async ({ source, target, packagePath }) => {
      const pair = { source: source.path ?? '', target: target.path ?? '', parts: 'a', modes: 'build' } as const;
      const audit = (memory: string | undefined) => auditFiles(auditRequest({ ...pair, memory, today: '2026-11-26' }));
      const verify = (memory: string | undefined) =>
        verifyFiles(verifyRequest({ ...pair, package: packagePath, powerCuts: 'all', memory }));
      for (const run of [audit, verify]) {
        let least = '';
        await assert.rejects(run('64M'), (error) => {
          assert(error instanceof UsageError);
          least = /^at least (\d+M)/.exec(error.faults[0]?.expected ?? '')?.[1] ?? '';
          return error.faults[0]?.code === 'memory-option';
        });
        assert.deepEqual(await run(least), await run(undefined));
      }
    },
  );
});
