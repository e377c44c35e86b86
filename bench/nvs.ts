/**
 * How fast a batch of NVS partitions is made: images for each second of processor time, and the most memory.
 *
 *   node dist/bench/nvs.js [--devices 10000] [--jobs 4] [--encrypted]
 *
 * The table has what a device of production has: a product, a name, a secret, a certificate in hexadecimal, numbers.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nvsMass } from '../src/usecases/nvs/mass.js';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '10000' },
    jobs: { type: 'string', default: '4' },
    encrypted: { type: 'boolean', default: false },
  },
});
const devices = Number(values.devices);
const folder = mkdtempSync(join(tmpdir(), 'dfota-bench-nvs-'));
const at = (name: string): string => join(folder, name);
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

try {
  writeFileSync(
    at('config.csv'),
    'mass_prod,namespace,\nProductID,data,string,REPEAT\nDeviceName,data,string,UNIQUE\nDeviceSecret,data,string,UNIQUE\n' +
      'certificate,data,hex2bin\nlevel,data,u8\ncounter,data,u32\n',
  );
  const rows = Array.from(
    { length: devices },
    (_, index) =>
      `12345,SN${index},${digest(`secret ${index}`).slice(0, 32)},${digest(`a ${index}`).repeat(8)},${index % 256},${index}\n`,
  );
  writeFileSync(at('values.csv'), `ProductID,DeviceName,DeviceSecret,certificate,level,counter\n${rows.join('')}`);
  writeFileSync(at('hmac.bin'), Buffer.alloc(32, 7));
  const hmacKey = values.encrypted ? at('hmac.bin') : undefined;
  const request = {
    config: at('config.csv'),
    values: at('values.csv'),
    output: at('out'),
    size: 0x3000,
    version: 2,
  } as const;
  const jobs = Number(values.jobs);
  for (const what of ['made', 'kept'] as const) {
    const [begun, clock] = [process.cpuUsage(), performance.now()];
    const made = await nvsMass({ ...request, jobs, hmacKey });
    const { user, system } = process.cpuUsage(begun);
    const [cpu, wall] = [(user + system) / 1e6, (performance.now() - clock) / 1e3];
    const memory = process.resourceUsage().maxRSS / 1024;
    process.stdout.write(
      `${made[what]} images ${what}: ${cpu.toFixed(1)} s of the processor (${Math.round(made[what] / cpu)} a second), ` +
        `${wall.toFixed(1)} s in all (${Math.round(made[what] / wall)} a second), at most ${Math.round(memory)} MiB\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
