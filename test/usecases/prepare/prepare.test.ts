import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { InputError, UsageError } from '../../../src/model/errors.js';
import type { Preparation } from '../../../src/model/preparation.js';
import { preparationJson, preparationText } from '../../../src/report/preparation.js';
import { ls } from '../../../src/usecases/ls.js';
import { prepare } from '../../../src/usecases/prepare/prepare.js';
import { type Flash, makeUbi, makeUbifs } from '../../support/flash-images.js';
import { knownTree } from '../../support/flash-tree.js';
import {
  directory,
  file,
  link,
  type TargetFilesSpec,
  writeTargetFiles,
  writeTargetFolder,
} from '../../support/targetfiles.js';
import { without } from '../../support/tools.js';
import { workFolder } from '../../support/work-folder.js';

const work = workFolder('prepare');
const nodes: TargetFilesSpec['nodes'] = {
  'BOOTABLE_IMAGES/boot.img': file('old kernel'),
  'BOOTABLE_IMAGES/recovery.img': file('old kernel'),
  'MULTIFOTA/abl.elf': file('old abl'),
  'MULTIFOTA/tz.mbn': file('old tz'),
  'SYSTEM/bin/su': file('su', { mode: 0o4755, gid: 2000 }),
  'SYSTEM/bin/sh': link('su'),
  'SYSTEM/etc/gone': file('gone'),
  'SYSTEM/dev/kept': file('kept'),
  'SYSTEM/dev/empty': directory(),
  'SYSTEM/firmware/image/modem.b00': file('old modem'),
  'SYSTEM/firmware/image/stays.b01': file('stays'),
};
const source = writeTargetFiles(join(work, 'v1'), { nodes, ownership: 'zip-modes', stored: true });
const sourceWithOwners = writeTargetFiles(join(work, 'v1-owners'), { nodes });

/** A new root file system with its own firmware and dev, links, an empty directory, and odd names. */
const rootfs = join(work, 'rootfs');
mkdirSync(join(rootfs, 'bin'), { recursive: true });
mkdirSync(join(rootfs, 'etc'));
mkdirSync(join(rootfs, 'usr/empty'), { recursive: true });
mkdirSync(join(rootfs, 'firmware'));
mkdirSync(join(rootfs, 'dev'));
writeFileSync(join(rootfs, 'firmware/ignored'), 'x');
writeFileSync(join(rootfs, 'dev/ignored'), 'x');
writeFileSync(join(rootfs, 'bin/su'), 'new su');
chmodSync(join(rootfs, 'bin/su'), 0o4711);
symlinkSync('su', join(rootfs, 'bin/sh'));
symlinkSync('/data/x', join(rootfs, 'etc/dangling'));
writeFileSync(join(rootfs, 'etc/quectel-project-version'), 'Project Name: RG520\nProject Rev : A02\n');
writeFileSync(join(rootfs, 'build.prop'), 'ro.build=2\n');
writeFileSync(join(rootfs, 'a "b" \\ c'), '');
writeFileSync(Buffer.concat([Buffer.from(`${rootfs}/n\xe9`, 'latin1')]), 'odd');
const modem = join(work, 'modem');
mkdirSync(join(modem, 'image'), { recursive: true });
writeFileSync(join(modem, 'image/modem.b00'), 'new modem');
writeFileSync(join(modem, 'image/modem.b02'), 'added');
const boot = join(work, 'sdxlemur-boot.img');
writeFileSync(boot, 'new kernel');
const abl = join(work, 'abl.elf');
writeFileSync(abl, 'new abl');

const codes = ({ findings }: Preparation): string[] => findings.map(({ severity, code }) => `${severity} ${code}`);

/** The zip as unzip unpacks it: names, kinds, modes, contents, links. */
function unpacked(zip: string, name: string) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  execFileSync('unzip', ['-qq', zip, '-d', folder]);
  return knownTree(folder);
}

test('integration: equal, entry for entry, to what the shell commands of the note make', {
  skip: without('tar', 'unzip', 'zip'),
}, async () => {
  const shell = join(work, 'shell');
  const zip = join(work, 'by-hand.zip');
  mkdirSync(shell);
  execFileSync('bash', [
    '-euc',
    `umask 022
     cd "$1"; unzip -qq "$2"
     rm BOOTABLE_IMAGES/boot.img; cp -a "$3" BOOTABLE_IMAGES/boot.img
     rm MULTIFOTA/abl.elf; cp -a "$4" MULTIFOTA/abl.elf
     cd SYSTEM
     for name in * .[!.]*; do case "$name" in firmware|dev|'*'|'.[!.]*') ;; *) rm -r "$name";; esac; done
     (cd "$5"; tar -c --exclude=./firmware --exclude=./dev .) | tar -xp
     cd ..
     cp -a "$6/." SYSTEM/firmware/
     chmod 755 SYSTEM SYSTEM/firmware
     zip -qry0 "$7" ./*`,
    'prepare',
    shell,
    source,
    boot,
    abl,
    rootfs,
    modem,
    zip,
  ]);
  const output = join(work, 'v2.zip');
  const result = await prepare({ source, boot, abl, rootfs, modem, output });
  assert.deepEqual(codes(result), [
    'information prepare-not-taken',
    'information prepare-modem-kept',
    'information prepare-recovery',
  ]);
  const list = async (input: string) => (await ls({ input: input })).entries;
  assert.deepEqual(await list(output), await list(zip));
  assert.deepEqual(unpacked(output, 'ours'), unpacked(zip, 'theirs'));
  execFileSync('unzip', ['-tqq', output]);
  assert.match(
    execFileSync('zipinfo', [output], { encoding: 'latin1' }),
    /^-rws--x--x .* stor 09-Jan-01 00:00 SYSTEM\/bin\/su$/m,
  );
});

test('integration: same inputs, same bytes; nothing else is left behind', async () => {
  const first = join(work, 'same-1.zip');
  const second = join(work, 'same-2.zip');
  const one = await prepare({ source, rootfs, output: first });
  await prepare({ source, rootfs, output: second });
  assert.ok(readFileSync(first).equals(readFileSync(second)));
  assert.equal(one.written?.size, readFileSync(first).length);
  // A file of the same name is replaced.
  writeFileSync(second, 'old');
  await prepare({ source, rootfs, output: second });
  assert.ok(readFileSync(first).equals(readFileSync(second)));
  assert.deepEqual(
    readdirSync(work).filter((name) => name.startsWith('.')),
    [],
  );
});

test('integration: a folder as source gives what the zip gives', async () => {
  const folder = writeTargetFolder(join(work, 'v1-folder'), { nodes, ownership: 'zip-modes' });
  await prepare({ source: folder, boot, output: join(work, 'from-folder.zip') });
  await prepare({ source, boot, output: join(work, 'from-zip.zip') });
  const [a, b] = [await ls({ input: join(work, 'from-folder.zip') }), await ls({ input: join(work, 'from-zip.zip') })];
  assert.deepEqual(a.entries, b.entries);
});

test('integration: a dry run plans and writes nothing', async () => {
  const output = join(work, 'dry.zip');
  const result = await prepare({ source, boot, rootfs, output, dryRun: true });
  assert.equal(result.written, undefined);
  assert.ok(!readdirSync(work).includes('dry.zip'));
  const change = (path: string) => result.changes.find((one) => one.path === path);
  assert.deepEqual(change('BOOTABLE_IMAGES/boot.img'), {
    path: 'BOOTABLE_IMAGES/boot.img',
    kind: 'file',
    change: 'replaced',
    from: 'boot',
  });
  assert.equal(change('SYSTEM/etc/gone')?.change, 'removed');
  assert.equal(change('SYSTEM/usr/empty')?.change, 'added');
  assert.equal(change('SYSTEM/bin/sh'), undefined);
  assert.equal(change('SYSTEM/dev/kept'), undefined);
  const text = preparationText(result).text;
  assert.match(text, /would be made from/);
  assert.match(text, /version: .* -> A02/);
  assert.match(text, /^ {2}- SYSTEM\/etc\/gone$/m);
  assert.match(text, /^ {2}~ BOOTABLE_IMAGES\/boot.img$/m);
  assert.match(preparationJson(result).text, /"format": "dfota-preparation"/);
});

test('integration: only what is given is replaced', async () => {
  const output = join(work, 'part.zip');
  const version = join(work, 'version');
  writeFileSync(version, 'Project Rev : A03\n');
  const multifota = join(work, 'multifota');
  mkdirSync(multifota);
  writeFileSync(join(multifota, 'tz.mbn'), 'new tz');
  writeFileSync(join(multifota, 'aop.mbn'), 'aop');
  const result = await prepare({ source: sourceWithOwners, multifota, versionFile: version, output });
  assert.deepEqual(
    result.changes.map(({ path, change }) => `${change} ${path}`),
    ['added MULTIFOTA/aop.mbn', 'replaced MULTIFOTA/tz.mbn', 'replaced SYSTEM/etc/quectel-project-version'],
  );
  assert.equal(result.versionAfter?.revision, 'A03');
  assert.equal(result.owners, undefined);
});

test('integration: owners come from the table, then from the source', { skip: without('unzip', 'zip') }, async () => {
  const owners = join(work, 'owners');
  writeFileSync(owners, '/usr/* 7 8 700\nsystem/build.prop 1 2 600 capabilities=0x400\nsystem/nothing 0 0 644\n');
  const output = join(work, 'owners.zip');
  const result = await prepare({ source: sourceWithOwners, rootfs, owners, output });
  const config = execFileSync('unzip', ['-p', output, 'META/filesystem_config.txt'], { encoding: 'latin1' }).split(
    '\n',
  );
  assert.ok(config.includes('system/bin/su 0 2000 4755'));
  assert.ok(config.includes('system/usr/empty 7 8 700'));
  assert.ok(config.includes('system/build.prop 1 2 600 capabilities=0x400'));
  assert.ok(config.includes('system/a "b" \\ c 0 0 644'));
  assert.ok(config.includes('system 0 0 755'));
  assert.ok(!config.some((line) => line.includes('gone') || line.startsWith('system/bin/sh ')));
  assert.deepEqual(
    codes(result).filter((code) => code.includes('owners')),
    ['warning owners-unused', 'warning owners-default'],
  );
  assert.match(preparationText(result).text, /owners of \d+ from the owners table/);
  writeFileSync(owners, 'not a row\n');
  await assert.rejects(prepare({ source, rootfs, owners, output }), /the line is not in the expected form/);
});

test('integration: findings for the slips that the note warns of', async () => {
  const output = join(work, 'slips.zip');
  const dry = (more: object) => prepare({ source, output, dryRun: true, ...more });
  assert.ok(codes(await dry({ boot })).includes('warning prepare-same-version'));
  const same = join(work, 'same.img');
  writeFileSync(same, 'old kernel');
  assert.ok(codes(await dry({ boot: same })).includes('information prepare-same-boot'));
  const flat = join(work, 'flat');
  execFileSync('cp', ['-a', rootfs, flat]);
  rmSync(join(flat, 'etc/dangling'));
  rmSync(join(flat, 'bin/sh'));
  writeFileSync(join(flat, 'bin/sh'), 'new su');
  rmSync(join(flat, 'build.prop'));
  const flattened = codes(await dry({ rootfs: flat }));
  assert.ok(flattened.includes('error prepare-links-flattened'));
  assert.equal(preparationText(await dry({ rootfs: flat })).exitCode, 1);
  assert.ok(codes(await dry({ rootfs: work })).includes('error prepare-rootfs-odd'));
  assert.ok(codes(await dry({ rootfs: work })).includes('error prepare-no-version'));
  assert.ok(codes(await dry({ modem: join(modem, 'image') })).includes('warning prepare-modem-odd'));
});

test('integration: bad requests and bad inputs give an error and no file', async () => {
  const output = join(work, 'never.zip');
  await assert.rejects(prepare({ source, output }), UsageError);
  await assert.rejects(prepare({ source, boot, output: source }), /the output is the source/);
  await assert.rejects(prepare({ source: join(work, 'missing.zip'), boot, output }), InputError);
  await assert.rejects(prepare({ source, boot: join(work, 'missing.img'), output }), InputError);
  await assert.rejects(prepare({ source, rootfs: boot, output }), InputError);
  await assert.rejects(
    prepare({ source, boot, output: join(work, 'missing/v2.zip') }),
    /folder of the output does not exist/,
  );
  await assert.rejects(prepare({ source, boot, output: rootfs }), /the output is a folder/);
  const empty = join(work, 'empty.img');
  writeFileSync(empty, '');
  await assert.rejects(prepare({ source, boot: empty, output }), /input is empty/);
  const clash = join(work, 'clash');
  mkdirSync(join(clash, 'image/modem.b00'), { recursive: true });
  await assert.rejects(prepare({ source, modem: clash, output }), /a file here and the modem input a directory/);
  const abort = new AbortController();
  const stopped = prepare(
    { source, rootfs, output },
    {
      signal: abort.signal,
      onProgress: ({ stage }) => {
        if (stage === 'write') abort.abort(new Error('stop'));
      },
    },
  );
  await assert.rejects(stopped, /stop/);
  assert.deepEqual(
    readdirSync(work).filter((name) => name.startsWith('.') || name === 'never.zip'),
    [],
  );
});

describe('integration: prepare from images', { skip: without('mkfs.ubifs', 'ubinize', 'unzip') }, () => {
  const flash: Flash = { page: 4096, eraseBlock: 256 * 1024 };

  test('owners and modes of the images go into filesystem_config.txt', async () => {
    const system = join(work, 'sysfs.ubi');
    const deviceTable = '/bin/su f 4750 10 20 - - - - -\n/dev/null c 666 0 0 1 3 0 0 -\n';
    const content = makeUbifs(work, rootfs, flash, { deviceTable });
    writeFileSync(system, makeUbi(work, [{ name: 'rootfs', content }], flash));
    const nonHlos = join(work, 'NON-HLOS.ubi');
    writeFileSync(nonHlos, makeUbi(work, [{ name: 'modem', content: makeUbifs(work, modem, flash) }], flash));
    const output = join(work, 'from-images.zip');
    const result = await prepare({ source, rootfs: system, modem: nonHlos, output });
    assert.deepEqual(codes(result), [
      'information image-left-out',
      'information prepare-not-taken',
      'information prepare-modem-kept',
    ]);
    const config = execFileSync('unzip', ['-p', output, 'META/filesystem_config.txt'], { encoding: 'latin1' }).split(
      '\n',
    );
    assert.ok(config.includes('system/bin/su 10 20 4750'));
    const byFolder = join(work, 'from-folders.zip');
    await prepare({ source, rootfs, modem, output: byFolder });
    const names = async (zip: string) =>
      (await ls({ input: zip })).entries.map(({ path }) => path).filter((path) => !path.startsWith('META'));
    assert.deepEqual(await names(output), await names(byFolder));
    assert.equal(execFileSync('unzip', ['-p', output, 'SYSTEM/bin/su'], { encoding: 'utf8' }), 'new su');
  });
});
