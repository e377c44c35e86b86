/** From a package to a module that runs the new version: `dfota deliver`. */
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type DeliveryPlan, deliver as deliverTalk } from '../../delivery/deliver.js';
import type { DeliveryEvent, End, Phase } from '../../delivery/dialogue.js';
import { type Drive, drive } from '../../delivery/drive.js';
import { commandsOf } from '../../delivery/dry-run.js';
import { storedName, updateAddress } from '../../delivery/safe-name.js';
import type { AdbLink } from '../../delivery/transports/adb/link.js';
import { explainReport } from '../../explain/explain.js';
import { withLock } from '../../files/lock.js';
import type { Delivery } from '../../model/delivery.js';
import type { Ports } from '../../model/ports.js';
import { silent } from '../../model/progress.js';
import { endJournal, readJournal, writeJournal } from './journal.js';
import { openTransport, withAdb } from './open-transport.js';
import { type DeliverRequest, planOf, portName } from './request.js';
import { servedAt, withOwnServer } from './serve-own.js';

export type { DeliveryEvent } from '../../delivery/dialogue.js';
export type { DeliverRequest } from './request.js';
export type { ServeOwnRequest } from './serve-own.js';

/** Ports of a delivery. */
export interface DeliverPorts extends Ports {
  readonly onEvent?: ((event: DeliveryEvent) => void) | undefined;
}

/** Every command that would be sent to a module that takes the package. Nothing is opened but the package. */
export async function deliveryCommands(request: DeliverRequest, { signal }: Ports = {}): Promise<readonly string[]> {
  const { plan } = await planOf(request, signal);
  if (request.via !== 'https' || request.url !== undefined) return commandsOf(deliverTalk(plan), plan);
  const { host, listen } = servedAt(request, request.port);
  // Which port is free is known only once it listens.
  const port = /:(\d+)$/.exec(listen)?.[1]?.replace(/^0+$/, 'PORT') ?? 'PORT';
  const address = updateAddress(
    `${request.serveScheme ?? 'https'}://${host}:${port}/${storedName(basename(request.package))}`,
  );
  return commandsOf(deliverTalk({ ...plan, address }), plan);
}

/** Delivers a package. Throws UsageError, and InputError for what cannot be read and for a port that another delivery has. */
export async function deliver(request: DeliverRequest, ports: DeliverPorts = {}): Promise<Delivery> {
  const { signal = new AbortController().signal } = ports;
  const { plan, sha256 } = await planOf(request, signal);
  const { port } = request;
  const outside = port === undefined ? undefined : await openTransport(port);
  const told = toldTo(ports, plan.package.size);
  const run = async (link: AdbLink | undefined): Promise<Delivery> => {
    const transport = outside ?? link?.transport;
    const name = await portName(port ?? `adb://${link?.serial}`);
    if (transport === undefined) throw new Error('no way to the module');
    const lock = {
      file: join(tmpdir(), `dfota-port-${name}.lock`),
      code: 'delivery-busy',
      doing: 'using this port',
    } as const;
    const journal = request.journal ?? `${request.package}.${name}.journal`;
    const way = { transport, shell: link?.shell, signal };
    return await withLock(lock, () => withJournal({ request, plan, sha256, journal }, way, told));
  };
  return request.via === 'adb' ? await withAdb(request, signal, run) : await run(undefined);
}

/** A delivery that is planned, with its journal. */
interface Planned {
  readonly request: DeliverRequest;
  readonly plan: Omit<DeliveryPlan, 'resumed'>;
  readonly sha256: string;
  readonly journal: string;
}

type Way = Pick<Drive, 'transport' | 'shell' | 'signal'>;

async function withJournal(planned: Planned, way: Way, onEvent: Drive['onEvent']): Promise<Delivery> {
  const { request, plan, sha256, journal } = planned;
  const before = request.resume === true ? await readJournal(journal, sha256) : undefined;
  let versionBefore = before?.versionBefore;
  let kept = before !== undefined;
  const watch = {
    onEvent: (event: DeliveryEvent) => {
      if (event.event === 'module') versionBefore = event.version;
      onEvent(event);
    },
    onPhase: async (phase: Phase) => {
      kept = phase !== 'ended';
      if (kept) await writeJournal(journal, { package: sha256, phase, versionBefore });
      else await endJournal(journal);
    },
  };
  const end = await drivePlan(request, { ...plan, resumed: before }, { ...way, ...watch });
  const { codeWord = 'END', ...said } = end;
  const explanation =
    end.code === undefined || end.code === 0 ? undefined : explainReport({ word: codeWord, number: String(end.code) });
  return { ...said, explanation, journal: kept ? journal : undefined };
}

/** Drives the dialogue, with the package open, and served where the module is to fetch it from here. */
async function drivePlan(
  request: DeliverRequest,
  plan: DeliveryPlan,
  watched: Way & Pick<Drive, 'onEvent' | 'onPhase'>,
): Promise<End> {
  const file = await open(request.package, 'r');
  const totalBytes = plan.package.size;
  let fetched = 0;
  const goOn = (address: string): Promise<End> =>
    drive(deliverTalk({ ...plan, address }), {
      ...watched,
      size: totalBytes,
      now: () => performance.now(),
      openMilliseconds: plan.limits.open,
      fetched: () => fetched,
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
    });
  try {
    if (plan.via !== 'https' || request.url !== undefined) return await goOn(plan.address);
    const { onEvent } = watched;
    const watch = {
      onRequest: (line: string) => onEvent({ event: 'note', message: `served: ${line}` }),
      onBytes: (doneBytes: number) => {
        fetched = doneBytes;
        onEvent({ event: 'download', doneBytes, totalBytes });
      },
    };
    return await withOwnServer(request, watch, goOn);
  } finally {
    await file.close();
  }
}

/** Events go on, and become progress. */
function toldTo({ onProgress = silent, onEvent = () => {} }: DeliverPorts, size: number): Drive['onEvent'] {
  return (event) => {
    if (event.event === 'upload' || event.event === 'download') {
      onProgress({ stage: event.event, doneBytes: event.doneBytes, totalBytes: size, doneItems: 0, totalItems: 0 });
    }
    if (event.event === 'report' && event.word === 'UPDATING') {
      onProgress({ stage: 'update', doneBytes: 0, totalBytes: 0, doneItems: event.number ?? 0, totalItems: 100 });
    }
    onEvent(event);
  };
}
