import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseProjectVersion } from '../../../src/formats/text/project-version.js';
import { parseFilesystemConfig } from '../../../src/input/metadata/filesystem-config.js';
import { parseMiscInfo } from '../../../src/input/metadata/misc-info.js';
import { parseRecoveryFstab } from '../../../src/input/metadata/recovery-fstab.js';
import { fromText } from '../../../src/model/path.js';

const place = { file: 'x.zip', entry: 'META/x' };

test('unit: filesystem_config.txt is read from the right', () => {
  const text = [
    'system 0 0 755',
    'system/with space 0 2000 750',
    'system/ends 1 2 3 0 0 644',
    'system/tab\there\t1\t2\t600',
    'system/su 0 0 4755 selabel=u:object_r:su:s0 capabilities=0x3000000000',
    'system/none 0 0 755 selabel= capabilities=0x0',
    'system/dir/ 0 0 711',
    'system/aligned      0   0   640  ',
    'system/twice 0 0 600',
    'system/twice 0 0 601\r',
    fromText('system/höhe à 0 0 644'),
    '# comment',
    '',
    '\xffodd 0 0 777',
  ].join('\n');
  const { rows, faults } = parseFilesystemConfig(text, place);
  assert.deepEqual(faults, []);
  const told = (path: string): string => {
    const row = rows.get(path);
    return row === undefined
      ? 'none'
      : `${row.uid} ${row.gid} ${row.mode.toString(8)} ${row.selabel} ${row.capabilities}`;
  };
  assert.equal(told('system'), '0 0 755 undefined undefined');
  assert.equal(told('system/with space'), '0 2000 750 undefined undefined');
  assert.equal(told('system/ends 1 2 3'), '0 0 644 undefined undefined');
  assert.equal(told('system/tab\there'), '1 2 600 undefined undefined');
  assert.equal(told('system/su'), `0 0 4755 u:object_r:su:s0 ${0x3000000000n}`);
  assert.equal(told('system/none'), '0 0 755 undefined 0');
  assert.equal(told('system/dir'), '0 0 711 undefined undefined');
  assert.equal(told('system/aligned'), '0 0 640 undefined undefined');
  assert.equal(told('system/twice'), '0 0 601 undefined undefined');
  assert.equal(told(fromText('system/höhe à')), '0 0 644 undefined undefined');
  assert.equal(told('\xffodd'), '0 0 777 undefined undefined');
});

test('unit: rows of filesystem_config.txt that do not parse', () => {
  const lines = [
    'system/a',
    'system/a 0 0',
    'system/a 0 0 8',
    'system/a 0 0 17777',
    'system/a 4294967296 0 755',
    'a 0 0 755 capabilities=many',
    'x'.repeat(20_000),
  ];
  const { rows, faults } = parseFilesystemConfig(lines.join('\n'), place);
  assert.equal(rows.size, 0);
  assert.deepEqual(
    faults.map((fault) => fault.place?.line),
    [1, 2, 3, 4, 5, 6, 7],
  );
});

test('property: a row that was written is read back, whatever its path', () => {
  const path = fc.uint8Array({ minLength: 1, maxLength: 40 }).map(
    (bytes) =>
      `system/${Buffer.from(bytes)
        .toString('latin1')
        .replace(/[\n\r\0]/g, '_')
        .replace(/\/+$/, '')}`,
  );
  fc.assert(
    fc.property(path, fc.nat(0xffffffff), fc.nat(0xffff), fc.nat(0o7777), (name, uid, gid, mode) => {
      const { rows, faults } = parseFilesystemConfig(`${name} ${uid} ${gid} ${mode.toString(8)}\n`, place);
      assert.deepEqual(faults, []);
      assert.deepEqual(rows.get(name), { uid, gid, mode, origin: 'filesystem-config' });
    }),
  );
});

test('unit: misc_info.txt', () => {
  const { misc, faults } = parseMiscInfo(
    '# c\r\n\r\nrecovery_api_version=3\r\nflags=a=b c\nboot_size=0x00F00000\nsystem_size = 10485760 \nblocksize=131072\ncache_size=\nuse_set_metadata=1\nblocksize=262144\n',
    place,
  );
  assert.deepEqual(faults, []);
  assert.equal(misc.recoveryApiVersion, 3);
  assert.equal(misc.fstabVersion, 1);
  assert.equal(misc.bootSize, 0xf00000);
  assert.equal(misc.systemSize, 10485760);
  assert.equal(misc.blockSize, 262144);
  assert.equal(misc.cacheSize, undefined);
  assert.equal(misc.useSetMetadata, true);
  assert.equal(misc.values.get('flags'), 'a=b c');
});

test('unit: misc_info.txt that is wrong', () => {
  const faultsOf = (text: string) =>
    parseMiscInfo(text, place).faults.map((fault) => `${fault.place?.line ?? '-'} ${fault.message}`);
  assert.deepEqual(faultsOf(''), ['- recovery_api_version is missing']);
  assert.deepEqual(faultsOf('recovery_api_version=three\n'), ['1 recovery_api_version is not a number']);
  assert.deepEqual(
    faultsOf('recovery_api_version=3\nwhat\n=x\nboot_size=-1\nfstab_version=9\nsystem_size=99999999999999999999\n'),
    [
      '2 the line is not in the expected form',
      '3 the line is not in the expected form',
      '- the fstab version is not known',
      '4 boot_size is not a number',
      '6 system_size is not a number',
    ],
  );
});

test('unit: a blocksize that no flash has is read as it is: the check of builds tells it', () => {
  for (const [value, size] of [
    ['0xffffffff', 0xffffffff],
    ['0', 0],
    ['200000', 200_000],
    ['0x20000', 131_072],
    ['', undefined],
  ] as const) {
    const { misc, faults } = parseMiscInfo(`recovery_api_version=3\nblocksize=${value}\n`, place);
    assert.deepEqual([misc.blockSize, faults], [size, []], value);
  }
});

test('unit: a recovery.fstab of the other version is read as what it is, with one finding; one without any row has one too', () => {
  const one = '/boot mtd boot\n/system ubifs system\n/cache yaffs2 cache\n';
  const two = '/dev/mtd/boot /boot mtd defaults wait\nubi0:system /system ubifs ro wait\n';
  for (const [text, stated] of [
    [one, 2],
    [two, 1],
  ] as const) {
    const read = parseRecoveryFstab(text, stated, place);
    assert.deepEqual(
      read.findings.map(({ code }) => code),
      ['fstab-version'],
    );
    assert.deepEqual(read.partitions, parseRecoveryFstab(text, stated === 1 ? 2 : 1, place).partitions);
  }
  const none = parseRecoveryFstab('a\nb c\nd\n'.repeat(20), 1, place);
  assert.deepEqual([none.partitions, none.findings.map(({ code }) => code)], [[], ['fstab-line']]);
  assert.match(none.findings[0]?.found ?? '', /^60 such lines; the first: a$/);
});

test('unit: recovery.fstab, both versions', () => {
  const first = parseRecoveryFstab(
    '#mount point fstype device [device2]\n/boot     mtd     boot\n/system ubifs\tsystem\r\n/data ext4 /dev/block/mmcblk0p3 length=-16384\n/sd vfat /dev/sd\n\nnonsense\n',
    1,
    place,
  );
  assert.deepEqual(
    first.partitions.map(({ mountPoint, fileSystem, type, device }) => `${mountPoint} ${fileSystem} ${type} ${device}`),
    ['/boot mtd MTD boot', '/system ubifs UBI system', '/data ext4 EMMC /dev/block/mmcblk0p3'],
  );
  assert.deepEqual(
    first.findings.map(({ code, place: at, found }) => [code, at?.line, found]),
    [
      ['fstab-type', 5, 'vfat'],
      ['fstab-line', 7, 'nonsense'],
    ],
  );
  const second = parseRecoveryFstab(
    '/dev/block/bootdevice/by-name/boot /boot emmc defaults defaults\nsystem /system squashfs ro wait\n/devices/sd auto auto defaults voldmanaged=sd:auto\n/dev/zram0 none swap defaults zramsize=1\n/boot mtd boot\n',
    2,
    place,
  );
  assert.deepEqual(
    second.partitions.map(({ mountPoint, type, device }) => `${mountPoint} ${type} ${device}`),
    ['/boot EMMC /dev/block/bootdevice/by-name/boot', '/system EMMC system'],
  );
  assert.deepEqual(
    second.findings.map(({ code, place: at }) => [code, at?.line]),
    [['fstab-line', 5]],
  );
});

test('unit: project versions, aligned or not, with the bytes kept', () => {
  const text =
    'Project Name: RG520NNADA_VB\r\nProject Rev : R01_01.001\r\nBranch  Name:SDX6X\nCustom\tName : STD \nPackage Time: 2022-06-22,15:50\nother\nProject Name: again\n';
  const { bytes, ...fields } = parseProjectVersion(text);
  assert.equal(bytes, text);
  assert.deepEqual(fields, {
    project: 'RG520NNADA_VB',
    revision: 'R01_01.001',
    branch: 'SDX6X',
    custom: 'STD',
    packageTime: '2022-06-22,15:50',
  });
  assert.deepEqual(parseProjectVersion(''), { bytes: '' });
});

test('property: no text makes a metadata parser throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, text) => {
      for (const content of [Buffer.from(bytes).toString('latin1'), fromText(text)]) {
        parseFilesystemConfig(content, place);
        parseMiscInfo(content, place);
        parseProjectVersion(content);
        parseRecoveryFstab(content, 1, place);
        parseRecoveryFstab(content, 2, place);
      }
    }),
  );
});

test('unit: a long hostile line takes no long time', () => {
  const start = process.hrtime.bigint();
  for (const line of ['1 '.repeat(8000), `a ${'1'.repeat(16_000)}`, `a 1${' '.repeat(16_000)}`, ' a=b'.repeat(4000)])
    parseFilesystemConfig(line, place);
  parseMiscInfo(`a${' '.repeat(2_000_000)}b`, place);
  parseRecoveryFstab(`a${' '.repeat(2_000_000)}b`, 1, place);
  parseProjectVersion(`a${' '.repeat(2_000_000)}b:`);
  assert.ok(process.hrtime.bigint() - start < 3_000_000_000n);
});
