import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../../src/model/errors.js';
import { withGenerated } from '../../support/generated.js';
import { file } from '../../support/targetfiles.js';
import { workFolder } from '../../support/work-folder.js';

test('integration: builds whose recovery.fstab name different places for /system are told so, not that dfota is at fault', async () => {
  const rows = '#mount_point fstype device\n/boot mtd boot\n/cache ubifs cache\n/system ubifs other\n';
  const nodes = { 'RECOVERY/recovery.fstab': file(rows), 'SYSTEM/new': file('new') };
  await assert.rejects(
    withGenerated(workFolder('other-fstab'), { source: {}, target: { nodes } }, {}, () => Promise.resolve()),
    (error) => {
      assert.ok(error instanceof InputError);
      assert.ok(
        error.faults.some(({ code, found }) => code === 'fstab-rows-differ' && found === '/system ubifs other'),
      );
      assert.doesNotMatch(error.message, /error in dfota/);
      return true;
    },
  );
});
