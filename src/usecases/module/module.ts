/** A simulated module that other programs talk to: `dfota module`. */
import { join } from 'node:path';
import { isProfileName, profileNames } from '../../device/index.js';
import { withLock } from '../../files/lock.js';
import { writeFolder } from '../../files/output.js';
import { InputError, UsageError } from '../../model/errors.js';
import type { Extraction } from '../../model/listing.js';
import type { Ports } from '../../model/ports.js';
import { parseFaults } from '../../module/faults.js';
import { runModule } from '../../module/run-module.js';
import { firmwareOf, openStorage } from '../../module/storage.js';
import { treeOf } from '../../module/tree.js';
import { holdOutputsApart } from '../hold-apart.js';
import { withBuild } from '../open-inputs.js';
import { writeTree } from '../write-tree.js';
import { tcpAddress } from './address.js';

/** What to simulate. */
export interface ModuleRequest {
  /** The build that the module runs when it is switched on for the first time. */
  readonly firmware: string;
  /** `tcp://HOST:PORT`; port 0 is a free one. */
  readonly listen: string;
  /** The folder in which the module lives. It is made when it is missing. */
  readonly state: string;
  /** `NAME` or `NAME=VALUE`. */
  readonly faults?: readonly string[] | undefined;
  /** Times faster than a module; 1 where not given. */
  readonly speed?: number | undefined;
  /** The recovery; `linux-embedded` where not given. */
  readonly profile?: string | undefined;
}

/** Ports of a simulated module. */
export interface ModulePorts extends Ports {
  /** Told once, when the module can be connected to. */
  readonly onListening?: ((listening: string) => void) | undefined;
  readonly onEvent?: ((line: string) => void) | undefined;
}

/** Runs a module until the signal. Throws UsageError and InputError. */
export async function simulateModule(request: ModuleRequest, ports: ModulePorts = {}): Promise<void> {
  const { host, port } = tcpAddress('--listen', request.listen);
  const faults = parseFaults(request.faults ?? []);
  const profile = request.profile ?? 'linux-embedded';
  if (!isProfileName(profile)) {
    throw new UsageError({
      code: 'module-words',
      message: 'there is no such profile',
      found: profile,
      expected: profileNames.join(', '),
    });
  }
  const signal = ports.signal ?? new AbortController().signal;
  await withBuild(request.firmware, 'source', { modes: 'build' }, { signal }, (firmware) =>
    locked(request.state, () =>
      runModule(
        { firmware, folder: request.state, host, port, faults, speed: request.speed ?? 1, profile },
        {
          onListening: (at) =>
            ports.onListening?.(`tcp://${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`),
          onEvent: ports.onEvent ?? (() => {}),
          signal,
        },
      ),
    ),
  );
}

async function locked(folder: string, step: () => Promise<void>): Promise<void> {
  const file = `${folder.replace(/\/+$/, '')}.lock`;
  await withLock({ file, code: 'module-locked', doing: 'running this simulated module' }, step);
}

/** What of a module to write, and where to. */
export interface ModuleTreeRequest {
  readonly state: string;
  /** A folder that does not exist yet or is empty. */
  readonly output: string;
  /** The firmware that the module was made with, where it is no longer where it was. */
  readonly firmware?: string | undefined;
}

/** Writes the file system and the partitions of a module that is not running. Throws InputError. */
export async function writeModuleTree(request: ModuleTreeRequest, ports: Ports = {}): Promise<Extraction> {
  const { state: folder, output } = request;
  const firmware = request.firmware ?? (await firmwareOf(folder)).path;
  await holdOutputsApart(
    {
      whole: [
        ['the firmware', firmware],
        ['the state', folder],
      ],
    },
    [{ role: 'the output', path: output, kind: 'new-folder' }],
  );
  return await withBuild(firmware, 'source', { modes: 'build' }, ports, async (build) => {
    const storage = await openStorage(folder, build);
    const state = await storage.load();
    if (state === undefined) {
      throw new InputError({
        code: 'module-state',
        place: { file: join(folder, 'state.json') },
        message: 'there is no simulated module in this folder',
      });
    }
    const tree = treeOf(state.flash, storage.content, folder);
    const { findings, ...written } = await writeFolder(output, (into) => writeTree(tree, tree.entries, into, ports), {
      signal: ports.signal,
    });
    return { origin: tree.origin, description: tree.description, output, findings, ...written };
  });
}
