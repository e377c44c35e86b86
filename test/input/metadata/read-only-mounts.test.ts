import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOnlyMounts } from '../../../src/input/metadata/read-only-mounts.js';

test('unit: mount points of file systems that can only be read, whatever their options', () => {
  const text = [
    '# a comment: /dev/x /no squashfs',
    'rootfs / auto defaults 1 1',
    '/dev/mtdblock9\t/oem \tsquashfs defaults 0 0',
    'ubi0:firmware /firmware ubifs ro 0 0',
    '  /dev/block /data2 erofs rw\r',
    'nonsense',
    'tmpfs swap squashfs x',
  ].join('\n');
  assert.deepEqual(readOnlyMounts(text), ['/oem', '/data2']);
  assert.deepEqual(readOnlyMounts(''), []);
});
