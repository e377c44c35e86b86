import { displayName } from '../../model/path.js';
import { find, lookUp, type Machine, ramVolume } from '../machine.js';
import { mapGet } from '../persistent-map.js';
import { makeDirectory } from '../posix.js';
import { noteReach } from '../reach.js';
import { createdMode, type DeviceFunction, failed, NotSimulated, no, type Runtime, ScriptAbort } from '../runtime.js';
import { expectArguments } from './text.js';

/** The RAM disk's inode on which a mount point lies, and what is mounted there. */
function mountAt(
  machine: Machine,
  point: string,
): { readonly ino: number; readonly volume: string | undefined } | undefined {
  // what is mounted hides its mount point: look at the name in the parent
  const found = lookUp(machine, point, false);
  if (typeof found === 'string' || found.node === undefined || found.parent.volume !== ramVolume) return undefined;
  if (found.node.volume === ramVolume) return { ino: found.node.ino, volume: undefined };
  for (const [ino, volume] of machine.mounts) if (volume === found.node.volume) return { ino, volume };
  return undefined;
}

function tableFault(runtime: Runtime, fs: string, type: string, location: string, point: string): string | undefined {
  const row = runtime.profile.mountsByTable
    ? runtime.table.find(({ mountPoint }) => point === mountPoint || point.startsWith(`${mountPoint}/`))
    : runtime.table.find(({ mountPoint }) => mountPoint === point);
  if (row === undefined) return 'no such mount point in the recovery table';
  if (row.mountPoint !== point) return `the recovery's table has ${displayName(row.mountPoint)} for it`;
  if (row.fileSystem !== fs) return `the file system is ${row.fileSystem}`;
  if (runtime.profile.mountsByTable) return undefined;
  if (row.type !== type) return `the partition type is ${row.type}`;
  if (row.device !== location) return `the location is ${displayName(row.device)}`;
  return undefined;
}

/** Where a script may mount. */
const ownPoints = new Set(['/system', '/cache', '/tmp']);

const mount: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 4, runtime.profile.mountArguments);
  const [fs = '', type = '', location = '', point = ''] = await call.texts();
  for (const [name, value] of Object.entries({ fs_type: fs, partition_type: type, location, mount_point: point })) {
    if (value === '') throw new ScriptAbort(`${name} argument to ${call.name}() can't be empty`);
  }
  const { machine } = runtime;
  if (!ownPoints.has(point)) noteReach(machine, 'mount', point, `mounts ${location} at ${point}`);
  makeDirectory(machine, point, createdMode(runtime.profile, 0o755));
  const fault = tableFault(runtime, fs, type, location, point);
  if (fault !== undefined) return failed(runtime, `mount: cannot mount ${location} at ${point}: ${fault}`);
  const at = mountAt(machine, point);
  const known = mapGet(machine.flash.volumes, point);
  if (at === undefined || known === undefined) return failed(runtime, `mount: failed to mount ${location} at ${point}`);
  if (at.volume !== undefined) return failed(runtime, `mount: ${point} is mounted already`);
  machine.mounts.set(at.ino, point);
  return point;
};

const isMounted: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [point = ''] = await call.texts();
  if (point === '') throw new ScriptAbort(`mount_point argument to ${call.name}() can't be empty`);
  return mountAt(runtime.machine, point)?.volume === undefined ? no : point;
};

const unmount: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [point = ''] = await call.texts();
  if (point === '') throw new ScriptAbort(`mount_point argument to ${call.name}() can't be empty`);
  const at = typeof find(runtime.machine, point) === 'string' ? undefined : mountAt(runtime.machine, point);
  if (at?.volume === undefined) return failed(runtime, `unmount of ${point} failed; no such volume`);
  runtime.machine.mounts.delete(at.ino);
  return point;
};

/** What the Android updaters can make; the others differ. */
const formats = new Set(['yaffs2 MTD', 'ext4 EMMC', 'f2fs EMMC', 'vfat EMMC']);

const format: DeviceFunction = async (runtime, call) => {
  const [fs = '', type = ''] = await call.texts();
  if (runtime.profile.functions !== 'all' && !runtime.profile.mountsByTable && !formats.has(`${fs} ${type}`)) {
    throw new ScriptAbort(`format: unsupported fs_type "${fs}" partition_type "${type}"`);
  }
  throw new NotSimulated(`${call.name}: the module knows it, the simulated device cannot run it`);
};

/** The functions about volumes. */
export const mountingFunctions: Readonly<Record<string, DeviceFunction>> = {
  mount,
  unmount,
  is_mounted: isMounted,
  format,
};
