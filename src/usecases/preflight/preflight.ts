/** What a module would say to a package, before a byte is sent: `dfota preflight`. */
import { lookAt } from '../../delivery/deliver.js';
import { limitsFor, type Talk } from '../../delivery/dialogue.js';
import { type Drive, drive } from '../../delivery/drive.js';
import { lookOverShell } from '../../delivery/look-over-shell.js';
import { predict, type SeenModule, type SeenPackage } from '../../delivery/predict.js';
import { readDeviceFiles } from '../../input/device-files.js';
import { InputError, UsageError } from '../../model/errors.js';
import { onDevice } from '../../model/layout.js';
import type { Ports } from '../../model/ports.js';
import type { Preflight } from '../../model/preflight.js';
import { type AdbRequest, openTransport, withAdb } from '../deliver/open-transport.js';
import { seenPackage } from '../deliver/seen-package.js';
import { inspectPackage } from '../inspect/inspect.js';

/** What to look at: plain data. Sizes are bytes. */
export interface PreflightRequest extends AdbRequest {
  readonly package: string;
  /** `tcp://HOST:PORT` or a serial port. */
  readonly port?: string | undefined;
  /** The files of the module: a copy of its /system, or the output of sha1sum. */
  readonly deviceFiles?: string | undefined;
  /** What df says on the module; the port tells that of usrdata by itself. */
  readonly usrdataFree?: number | undefined;
  readonly systemFree?: number | undefined;
  readonly expectVersion?: string | undefined;
  readonly speed?: number | undefined;
}

/** Looks over ADB, or at the port: each tells what the other does not. */
async function lookAtModule(request: PreflightRequest, file: SeenPackage, signal: AbortSignal): Promise<SeenModule> {
  const { port, adb } = request;
  const limits = limitsFor(request.speed ?? 1);
  const driven = {
    ...{ read: async () => new Uint8Array(), onEvent: () => {}, onPhase: async () => {}, signal },
    ...{ now: () => performance.now(), openMilliseconds: limits.open },
  };
  const seen = async (talk: Talk<SeenModule | string>, way: Pick<Drive, 'transport' | 'shell'>, place: string) => {
    const found = await drive(talk, { ...driven, ...way });
    if (typeof found !== 'string') return found;
    throw new InputError({
      code: 'delivery-port',
      place: { file: place },
      message: found,
      remedy: 'look at which programs hold the port, such as a modem manager, and whether it is the AT port',
    });
  };
  const outside =
    port === undefined ? undefined : await seen(look(request), { transport: await openTransport(port) }, port);
  if (adb === undefined) return outside ?? { version: undefined, product: undefined, usrdataFree: undefined };
  const inside = await withAdb(request, signal, (link) => seen(lookOverShell(file, limits), link, link.serial));
  return {
    ...inside,
    version: outside?.version ?? inside.version,
    product: outside?.product ?? inside.product,
    usrdataFree: inside.usrdataFree ?? outside?.usrdataFree,
  };
}

function* look(request: PreflightRequest): Talk<SeenModule | string> {
  const opened = yield { kind: 'open' };
  return opened.kind === 'opened' ? yield* lookAt(limitsFor(request.speed ?? 1)) : 'the port cannot be opened';
}

/** Looks at package and module. Throws UsageError, and InputError for a port that does not answer as a module does. */
export async function preflight(request: PreflightRequest, ports: Ports = {}): Promise<Preflight> {
  const { signal = new AbortController().signal, onProgress } = ports;
  const { port, adb, deviceFiles } = request;
  if (port === undefined && adb === undefined && deviceFiles === undefined) {
    throw new UsageError({
      code: 'delivery-words',
      message: 'nothing says what the module is',
      expected: '--port, --adb, --device-files, or several of them',
    });
  }
  const inspection = await inspectPackage({ package: request.package }, { signal });
  const file = await seenPackage(request.package, inspection, request.expectVersion);
  const seen = await lookAtModule(request, file, signal);
  let { files } = seen;
  if (deviceFiles !== undefined) {
    const read = await readDeviceFiles(deviceFiles, { onProgress, signal });
    files = new Map([...read.files].map(([path, sha1]) => [onDevice(path) ?? path, sha1]));
  }
  const { systemFree = seen.systemFree, usrdataFree = seen.usrdataFree } = request;
  const { version, product } = seen;
  const predictions = predict(file, { version, product, usrdataFree, systemFree, files });
  return { version, product, usrdataFree, systemFree, files: files?.size, predictions };
}
