/** From a package to a module that runs the new version: `dfota deliver`. */
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeliveryPlan, deliver as deliverTalk } from '../../delivery/deliver.js';
import { type DeliveryEvent, limitsFor } from '../../delivery/dialogue.js';
import { drive } from '../../delivery/drive.js';
import { commandsOf } from '../../delivery/dry-run.js';
import { storedName, updateAddress } from '../../delivery/safe-name.js';
import { xor16 } from '../../delivery/xor16.js';
import { explainReport } from '../../explain/explain.js';
import { withLock } from '../../files/lock.js';
import { asInputError } from '../../files/system-error.js';
import type { Delivery } from '../../model/delivery.js';
import { UsageError } from '../../model/errors.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { inspectPackage } from '../inspect/inspect.js';
import { endJournal, readJournal, writeJournal } from './journal.js';
import { openTransport } from './open-transport.js';
import { seenPackage } from './seen-package.js';

export type { DeliveryEvent } from '../../delivery/dialogue.js';

/** What to deliver, and how: plain data. */
export interface DeliverRequest {
  readonly package: string;
  /** `tcp://HOST:PORT` or a serial port. */
  readonly port: string;
  /** `at`: the package goes over the AT port. `https`: the module fetches it from `url`. */
  readonly via: 'at' | 'https';
  /** Where the module fetches the package from, for `https`. */
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

/** Ports of a delivery. */
export interface DeliverPorts extends Ports {
  readonly onEvent?: ((event: DeliveryEvent) => void) | undefined;
}

/** The plan of a request, and the package's SHA-256. */
async function planOf(request: DeliverRequest, signal: AbortSignal | undefined) {
  const name = storedName(request.name ?? 'update.zip');
  const folder = (request.folder ?? '/usrdata/cache/ufs').replace(/\/+$/, '');
  if (request.via === 'https' && request.url === undefined) {
    throw new UsageError({
      code: 'delivery-words',
      message: '--via https needs --url: where the module fetches the package from',
      remedy: 'serve it with dfota serve, on an address that the module reaches',
    });
  }
  const address = updateAddress(request.via === 'at' ? `${folder}/${name}` : (request.url ?? ''));
  const inspection = await inspectPackage({ package: request.package }, { signal });
  const plan: Omit<DeliveryPlan, 'resumed'> = {
    package: seenPackage(inspection, request.expectVersion),
    xor16: await checksum(request.package),
    name,
    address,
    via: request.via,
    limits: limitsFor(request.speed ?? 1),
    force: request.force === true,
  };
  return { plan, sha256: inspection.sha256 };
}

async function checksum(file: string): Promise<number> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw asInputError(error, file);
  });
  let sum = 0;
  try {
    // Pieces of an even length: their checksums XOR to that of the whole.
    for await (const chunk of handle.createReadStream({ highWaterMark: 2 ** 16, autoClose: false }))
      sum ^= xor16([chunk]);
  } finally {
    await handle.close();
  }
  return sum;
}

/** Every command that would be sent to a module that takes the package. Nothing is opened but the package. */
export async function deliveryCommands(request: DeliverRequest, { signal }: Ports = {}): Promise<readonly string[]> {
  const { plan } = await planOf(request, signal);
  return commandsOf(deliverTalk(plan), plan.package, plan.xor16);
}

/** Delivers a package. Throws UsageError, and InputError for what cannot be read and for a port that another delivery has. */
export async function deliver(request: DeliverRequest, ports: DeliverPorts = {}): Promise<Delivery> {
  const { onProgress = silent, onEvent = () => {}, signal = new AbortController().signal } = ports;
  const { plan, sha256 } = await planOf(request, signal);
  const transport = await openTransport(request.port);
  const portName = request.port.replace(/[^A-Za-z0-9]+/g, '-');
  const journal = request.journal ?? `${request.package}.${portName}.journal`;
  const lock = {
    file: join(tmpdir(), `dfota-port-${portName}.lock`),
    code: 'delivery-busy',
    doing: 'using this port',
  } as const;
  return await withLock(lock, async () => {
    const before = request.resume === true ? await readJournal(journal, sha256) : undefined;
    let versionBefore = before?.versionBefore;
    let kept = before !== undefined;
    const file = await open(request.package, 'r');
    try {
      const end = await drive(deliverTalk({ ...plan, resumed: before }), {
        transport,
        now: () => performance.now(),
        openMilliseconds: plan.limits.open,
        signal,
        read: async (from, to) => {
          const bytes = new Uint8Array(to - from);
          for (let done = 0; done < bytes.length; ) {
            const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done);
            // A file that shrinks meanwhile is found by the checksum of what arrives.
            if (bytesRead === 0) break;
            done += bytesRead;
          }
          return bytes;
        },
        onEvent: (event) => {
          if (event.event === 'module') versionBefore = event.version;
          if (event.event === 'upload') {
            const { doneBytes, totalBytes } = event;
            onProgress({ stage: 'upload', doneBytes, totalBytes, doneItems: 0, totalItems: 0 });
          }
          if (event.event === 'report' && event.word === 'UPDATING') {
            onProgress({ stage: 'update', doneBytes: 0, totalBytes: 0, doneItems: event.number ?? 0, totalItems: 100 });
          }
          onEvent(event);
        },
        onPhase: async (phase) => {
          kept = phase !== 'ended';
          if (kept) await writeJournal(journal, { package: sha256, phase, versionBefore });
          else await endJournal(journal);
        },
      });
      const { codeWord = 'END', ...said } = end;
      const explanation =
        end.code === undefined || end.code === 0
          ? undefined
          : explainReport({ word: codeWord, number: String(end.code) });
      return { ...said, explanation, journal: kept ? journal : undefined };
    } finally {
      await file.close();
    }
  });
}
