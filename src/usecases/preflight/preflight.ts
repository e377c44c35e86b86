/** What a module would say to a package, before a byte is sent: `dfota preflight`. */
import { lookAt } from '../../delivery/deliver.js';
import { limitsFor, type Talk } from '../../delivery/dialogue.js';
import { drive } from '../../delivery/drive.js';
import { predict, type SeenModule } from '../../delivery/predict.js';
import { readDeviceFiles } from '../../input/device-files.js';
import { InputError, UsageError } from '../../model/errors.js';
import { onDevice } from '../../model/layout.js';
import type { Ports } from '../../model/ports.js';
import type { Preflight } from '../../model/preflight.js';
import { openTransport } from '../deliver/open-transport.js';
import { seenPackage } from '../deliver/seen-package.js';
import { inspectPackage } from '../inspect/inspect.js';

/** What to look at: plain data. Sizes are bytes. */
export interface PreflightRequest {
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

function* look(request: PreflightRequest): Talk<SeenModule | string> {
  const opened = yield { kind: 'open' };
  return opened.kind === 'opened' ? yield* lookAt(limitsFor(request.speed ?? 1)) : 'the port cannot be opened';
}

/** Looks at package and module. Throws UsageError, and InputError for a port that does not answer as a module does. */
export async function preflight(request: PreflightRequest, ports: Ports = {}): Promise<Preflight> {
  const { signal = new AbortController().signal, onProgress } = ports;
  const { port, deviceFiles } = request;
  if (port === undefined && deviceFiles === undefined) {
    throw new UsageError({
      code: 'delivery-words',
      message: 'nothing says what the module is',
      expected: '--port, --device-files, or both',
    });
  }
  const inspection = await inspectPackage({ package: request.package }, { signal });
  const file = seenPackage(inspection, request.expectVersion);
  let seen: SeenModule = { version: undefined, product: undefined, usrdataFree: undefined };
  if (port !== undefined) {
    const found = await drive(look(request), {
      transport: await openTransport(port),
      read: async () => new Uint8Array(),
      onEvent: () => {},
      onPhase: async () => {},
      now: () => performance.now(),
      openMilliseconds: limitsFor(request.speed ?? 1).open,
      signal,
    });
    if (typeof found === 'string') {
      throw new InputError({
        code: 'delivery-port',
        place: { file: port },
        message: found,
        remedy: 'look at which programs hold the port, such as a modem manager, and whether it is the AT port',
      });
    }
    seen = found;
  }
  let files: ReadonlyMap<string, string> | undefined;
  if (deviceFiles !== undefined) {
    const read = await readDeviceFiles(deviceFiles, { onProgress, signal });
    files = new Map([...read.files].map(([path, sha1]) => [onDevice(path) ?? path, sha1]));
  }
  const { systemFree, usrdataFree = seen.usrdataFree } = request;
  const { version, product } = seen;
  const predictions = predict(file, { version, product, usrdataFree, systemFree, files });
  return { version, product, usrdataFree, systemFree, files: files?.size, predictions };
}
