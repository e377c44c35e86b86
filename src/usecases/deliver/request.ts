/** What `dfota deliver` is asked for, and what follows from the request alone. */
import { realpath } from 'node:fs/promises';
import type { DeliveryPlan } from '../../delivery/deliver.js';
import { limitsFor, withoutRecovery } from '../../delivery/dialogue.js';
import { storedName, updateAddress } from '../../delivery/safe-name.js';
import { atPorts } from '../../delivery/shell-words.js';
import { UsageError } from '../../model/errors.js';
import { inspectPackage } from '../inspect/inspect.js';
import { packageDigests } from './package-digests.js';
import { seenPackage } from './seen-package.js';
import { type ServeOwnRequest, servedAt } from './serve-own.js';

/** What to deliver, and how: plain data. */
export interface DeliverRequest extends ServeOwnRequest {
  readonly package: string;
  /** `tcp://HOST:PORT` or a serial port. With `via: 'adb'` it may be left out: the module's own AT port is taken then. */
  readonly port?: string | undefined;
  /** `at`: the package goes over the AT port. `adb`: it is pushed. `https`: the module fetches it. */
  readonly via: 'at' | 'adb' | 'https';
  /** The module's serial in `adb devices`; `any` or not given: the only one. */
  readonly adb?: string | undefined;
  /** `tcp://HOST:PORT` of the ADB server; `tcp://127.0.0.1:5037` where not given. */
  readonly adbServer?: string | undefined;
  /** The module's own AT port; the first of `/dev/smd7` and `/dev/smd11` that nobody holds where not given. */
  readonly modulePort?: string | undefined;
  /** Where the module fetches the package from, for `https`; where not given, this program serves it meanwhile. */
  readonly url?: string | undefined;
  /** The file's name on the module; `update.zip` where not given. */
  readonly name?: string | undefined;
  /** The folder on the module that AT+QFUPL writes to; `/usrdata/cache/ufs` where not given. */
  readonly folder?: string | undefined;
  /** What the module is to say afterwards, where the package does not tell. */
  readonly expectVersion?: string | undefined;
  /** Goes on whatever is predicted. */
  readonly force?: boolean | undefined;
  /** Goes on with a delivery that was stopped. */
  readonly resume?: boolean | undefined;
  /** The journal; beside the package where not given. */
  readonly journal?: string | undefined;
  /** Waits so many times shorter than for a real module: for tests against a simulated one. */
  readonly speed?: number | undefined;
}

function wrong(message: string, expected: string): UsageError {
  return new UsageError({ code: 'delivery-words', message, expected });
}

/** Throws UsageError for options that do not fit together. */
export function checkRequest(request: DeliverRequest): void {
  const { via, port, url, adb, adbServer, modulePort, serveHost, serveListen, cert, key } = request;
  if (port === undefined && via !== 'adb')
    throw wrong('--port is missing', 'the AT port of the module: only --via adb finds one by itself');
  const overAdb = adb !== undefined || adbServer !== undefined || modulePort !== undefined;
  if (overAdb && via !== 'adb') throw wrong('--adb, --adb-server and --module-port are for --via adb', '--via adb');
  if (modulePort !== undefined && port !== undefined)
    throw wrong('--port and --module-port are two AT ports', 'one of them');
  const serves = serveHost !== undefined || serveListen !== undefined || cert !== undefined || key !== undefined;
  if (url !== undefined && via !== 'https') throw wrong('--url is for --via https', '--via https');
  if (serves && (via !== 'https' || url !== undefined)) {
    throw wrong(
      '--serve-host, --serve-listen, --cert and --key are for a package that deliver serves itself',
      '--via https without --url',
    );
  }
  if (via === 'https' && url === undefined) servedAt(request, port);
}

/** The plan of a request but for where a served package is, and the package's SHA-256. */
export async function planOf(
  request: DeliverRequest,
  signal: AbortSignal | undefined,
): Promise<{ readonly plan: Omit<DeliveryPlan, 'resumed'>; readonly sha256: string }> {
  checkRequest(request);
  const name = storedName(request.name ?? 'update.zip');
  const folder = (request.folder ?? '/usrdata/cache/ufs').replace(/\/+$/, '');
  const address = updateAddress(request.via === 'https' ? (request.url ?? 'https://HOST:PORT/') : `${folder}/${name}`);
  const { modulePort, via, port, package: file, speed = 1 } = request;
  const devices = modulePort === undefined ? atPorts : [updateAddress(modulePort)];
  const inspection = await inspectPackage({ package: file }, { signal });
  const limits = limitsFor(speed);
  const inside = via === 'adb' && port === undefined;
  const plan = {
    package: await seenPackage(file, inspection, request.expectVersion),
    ...(await packageDigests(file, signal)),
    name,
    address,
    via,
    devices: inside ? devices : undefined,
    limits: inside ? withoutRecovery(limits) : limits,
    force: request.force === true,
  };
  return { plan, sha256: inspection.sha256 };
}

/** What stands for the port in names of files: one port has one, whatever links lead to it. */
export async function portName(port: string): Promise<string> {
  const path = port.includes('://') ? port : await realpath(port).catch(() => port);
  return path.replace(/[^A-Za-z0-9]+/g, '-');
}
