import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../src/model/errors.js';
import { loadOptional } from '../../src/model/optional-package.js';

const wanted = {
  names: 'serialport',
  code: 'serial-missing',
  purpose: 'for the serial port /dev/ttyUSB2',
  instead: 'tcp://HOST:PORT works without it',
} as const;

test('unit: a package that is not installed is told with what to install', async () => {
  const name = 'dfota-no-such-package';
  await assert.rejects(
    loadOptional(wanted, () => import(name)),
    (error) => {
      assert.ok(error instanceof InputError);
      const [fault] = error.faults;
      assert.equal(fault?.message, 'for the serial port /dev/ttyUSB2 serialport is needed, and it is not installed');
      assert.equal(fault?.remedy, 'install it beside dfota: npm install serialport');
      return true;
    },
  );
});

test('unit: a package that cannot be loaded here is told with why', async () => {
  await assert.rejects(
    loadOptional(wanted, async () => {
      throw new Error('no native build was found');
    }),
    (error) => {
      assert.ok(error instanceof InputError);
      assert.match(error.faults[0]?.message ?? '', /cannot be loaded here/);
      assert.equal(error.faults[0]?.found, 'no native build was found');
      return true;
    },
  );
  assert.equal(await loadOptional(wanted, async () => 7), 7);
});
