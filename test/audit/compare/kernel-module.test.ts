import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareFile } from '../../../src/audit/compare/compare-file.js';
import { readModInfo, vermagicOf } from '../../../src/formats/kernel-module/modinfo.js';
import { without } from '../../support/tools.js';
import { factOf, inFolder, run } from '../support.js';

/** A relocatable ELF file with a .modinfo section: what a module is, as far as modinfo looks. */
function moduleWith(entries: readonly string[], tail = ''): Uint8Array {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'data'), 'x');
    writeFileSync(join(folder, 'modinfo'), `${entries.join('\0')}\0`);
    run('objcopy', ['-I', 'binary', '-O', 'elf64-little', '--add-section', '.modinfo=modinfo', 'data', 'b.ko'], {
      cwd: folder,
    });
    return new Uint8Array(Buffer.concat([readFileSync(join(folder, 'b.ko')), Buffer.from(tail)]));
  });
}

const needs = { skip: without('objcopy') };
const old = needs.skip === false ? madeOld() : new Uint8Array(0);

function madeOld(): Uint8Array {
  return moduleWith(
    ['license=GPL', 'depends=a,b', 'alias=pci:1', 'alias=pci:2', 'vermagic=5.15.1 SMP mod_unload'],
    '~Module signature appended~\n',
  );
}

test('integration: a module is compared by what modinfo tells', needs, () => {
  const now = moduleWith(['license=GPL', 'depends=b,c', 'alias=pci:2', 'vermagic=5.15.2 SMP mod_unload']);
  const inner = compareFile('SYSTEM/lib/modules/a.ko', old, now);
  assert.equal(inner.kind, 'kernel-module');
  assert.deepEqual(factOf(inner, 'vermagic'), {
    label: 'vermagic',
    before: '5.15.1 SMP mod_unload',
    after: '5.15.2 SMP mod_unload',
  });
  assert.equal(factOf(inner, 'signature')?.grade, 'regression');
  assert.deepEqual(
    inner.sets?.map(({ label, added, removed }) => [label, added, removed]),
    [
      ['depends', ['c'], ['a']],
      ['alias', [], ['pci:1']],
    ],
  );
  assert.equal(factOf(inner, 'license'), undefined);
});

test('integration: vermagic is read for the check against the kernel', needs, () => {
  const info = readModInfo(old);
  assert.equal(info && vermagicOf(info), '5.15.1 SMP mod_unload');
});

test('integration: it reads what modinfo reads', { skip: without('objcopy', 'modinfo') }, () => {
  inFolder((folder) => {
    writeFileSync(join(folder, 'a.ko'), old);
    const info = readModInfo(old);
    for (const field of ['vermagic', 'license', 'depends', 'alias']) {
      assert.deepEqual(
        info?.get(field),
        run('modinfo', ['-F', field, join(folder, 'a.ko')])
          .trim()
          .split('\n'),
      );
    }
  });
});
