/** An audit that is asked to stop does so between two files: counted in files, not in time. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditRequest } from '../../../src/cli/commands/audit.js';
import { auditFiles } from '../../../src/usecases/audit/audit-files.js';
import { seededRandom } from '../../support/random.js';
import { file, type NodeSpec, writeTargetFiles } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('audit-stopped');
const random = seededRandom(7);
const count = 60;

/** Files that differ in a few bytes, so that each is compared and estimated. */
function nodes(edit: boolean): Record<string, NodeSpec> {
  const made: Record<string, NodeSpec> = {};
  for (let i = 0; i < count; i += 1) {
    const bytes = seededRandom(i + 100).bytes(3000);
    if (edit) bytes[1000] = ((bytes[1000] ?? 0) + 1 + i) & 255;
    made[`SYSTEM/usr/share/file-${String(i).padStart(2, '0')}`] = file(bytes);
  }
  return made;
}
const source = writeTargetFiles(join(work, 'source'), { nodes: nodes(false) });
const target = writeTargetFiles(join(work, 'target'), { nodes: nodes(true) });
const request = auditRequest({ source, target, modes: 'build', parts: 'a' });

for (const wanted of ['read-target', 'audit'] as const) {
  test(`integration: asked to stop at any file of stage ${wanted}, an audit looks at two more files at most`, async () => {
    for (let round = 0; round < 6; round += 1) {
      const at = 1 + random.below(count / 2);
      const stop = new AbortController();
      let after = 0;
      const stopped = auditFiles(request, {
        signal: stop.signal,
        onProgress: ({ stage, doneItems }) => {
          if (stop.signal.aborted && stage === 'audit') after += 1;
          // As from the thread that hears signals: it arrives with a task of its own.
          if (stage === wanted && doneItems === at) setImmediate(() => stop.abort('SIGINT'));
        },
      });
      await assert.rejects(stopped, (reason) => reason === 'SIGINT');
      assert.ok(after <= 2, `${after} files after the signal at ${at}`);
    }
  });
}
