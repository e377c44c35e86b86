import { displayName } from '../../model/path.js';
import { lookUp, type Machine, ramVolume, volumeNames } from '../machine.js';
import { makeDirectory } from '../posix.js';
import { noteReach } from '../reach.js';
import { createdMode, type DeviceFunction, failed, NotSimulated, no, type Runtime, ScriptAbort } from '../runtime.js';
import { noteUnknown } from './content.js';
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

/** What a script asks to be mounted. */
interface Wanted {
  readonly fs: string;
  readonly type: string;
  readonly location: string;
  readonly point: string;
}

/** Why it cannot be mounted, and whether a module that has what is asked for might mount it all the same. */
interface Fault {
  readonly why: string;
  readonly doubtful: boolean;
}

/** File systems that an updater of the Linux-Embedded line looks for in its table. */
const tableSystems: ReadonlySet<string> = new Set(['ubifs', 'ext4']);

function tableFault({ profile, table }: Runtime, { fs, type, location, point }: Wanted): Fault | undefined {
  const byTable = profile.mountsByTable && tableSystems.has(fs) && type !== 'MTD';
  const row = byTable
    ? table.find(({ mountPoint }) => point === mountPoint || point.startsWith(`${mountPoint}/`))
    : table.find(({ mountPoint }) => mountPoint === point);
  if (row === undefined) return { why: 'no such mount point in the recovery table', doubtful: !byTable };
  if (row.mountPoint !== point) {
    return { why: `the recovery's table has ${displayName(row.mountPoint)} for it`, doubtful: true };
  }
  const known = byTable || (row.type === type && row.device === location);
  if (row.fileSystem !== fs) return { why: `the file system is ${row.fileSystem}`, doubtful: !known };
  if (known) return undefined;
  const is = row.type === type ? `the location is ${displayName(row.device)}` : `the partition type is ${row.type}`;
  return { why: is, doubtful: true };
}

/** Where a script may mount. */
const ownPoints = new Set(['/system', '/cache']);

/** The path of the mount point that is meant, where it is one of the module's: a path may be written in many ways. */
function pointOf(machine: Machine, path: string): string {
  const at = mountAt(machine, path);
  if (at === undefined) return path;
  return volumeNames(machine).find((point) => mountAt(machine, point)?.ino === at.ino) ?? path;
}

function refuseEmpty(name: string, values: Readonly<Record<string, string>>): void {
  for (const [what, value] of Object.entries(values)) {
    if (value === '') throw new ScriptAbort(`${what} argument to ${name}() can't be empty`);
  }
}

const mount: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 4, runtime.profile.mountArguments);
  const [fs = '', type = '', location = '', path = ''] = await call.texts();
  refuseEmpty(call.name, { fs_type: fs, partition_type: type, location, mount_point: path });
  const { machine } = runtime;
  makeDirectory(machine, path, createdMode(runtime.profile, 0o755));
  const point = pointOf(machine, path);
  const fault = tableFault(runtime, { fs, type, location, point });
  if (!ownPoints.has(point)) noteReach(machine, 'mount', path, `mounts ${location} at ${path}`);
  else if (fault?.doubtful === true) {
    noteReach(machine, 'mount', `${location} ${path}`, `mounts ${location} at ${path}, where the table has another`);
  }
  if (fault !== undefined) return failed(runtime, `mount: cannot mount ${location} at ${path}: ${fault.why}`);
  const at = mountAt(machine, point);
  if (at === undefined || !volumeNames(machine).includes(point))
    return failed(runtime, `mount: failed to mount ${location} at ${path}`);
  if (at.volume !== undefined) return failed(runtime, `mount: ${path} is mounted already`);
  machine.mounts = new Map([...machine.mounts, [at.ino, point]]);
  return path;
};

/** What the recovery itself has mounted, or may have: where packages lie too. */
const recoveryPoints: ReadonlySet<string> = new Set(
  '/ /data /dev /dev/pts /firmware /mnt /persist /proc /sdcard /sys /tmp /usrdata /var'.split(' '),
);

/** The inode on which the volume of that name is mounted. The updaters compare with the kernel's list, letter by letter. */
function mountedAs(runtime: Runtime, name: string): number | undefined {
  for (const [ino, point] of runtime.machine.mounts) if (point === name) return ino;
  const isRow = !ownPoints.has(name) && runtime.table.some(({ mountPoint }) => mountPoint === name);
  if (isRow || recoveryPoints.has(name)) noteUnknown(runtime, `whether ${name} is mounted`);
  return undefined;
}

const isMounted: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [point = ''] = await call.texts();
  if (point === '') throw new ScriptAbort(`mount_point argument to ${call.name}() can't be empty`);
  return mountedAs(runtime, point) === undefined ? no : point;
};

const unmount: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 1);
  const [point = ''] = await call.texts();
  if (point === '') throw new ScriptAbort(`mount_point argument to ${call.name}() can't be empty`);
  const ino = mountedAs(runtime, point);
  if (ino === undefined) return failed(runtime, `unmount of ${point} failed; no such volume`);
  const { machine } = runtime;
  machine.mounts = new Map([...machine.mounts].filter(([at]) => at !== ino));
  return point;
};

/** What the Android updaters can make beside what lies on MTD; the others differ. */
const formats = new Set(['ext4', 'f2fs']);

const format: DeviceFunction = async (runtime, call) => {
  expectArguments(call, 5);
  const [fs = '', type = '', location = '', , point = ''] = await call.texts();
  refuseEmpty(call.name, { fs_type: fs, partition_type: type, location, mount_point: point });
  const { functions, mountsByTable } = runtime.profile;
  if (functions !== 'all' && !mountsByTable && type !== 'MTD' && !formats.has(fs)) {
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
