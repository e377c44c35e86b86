/** What a running upgrade says: `dfota watch`. */
import { type FileHandle, open } from 'node:fs/promises';
import type { DeliveryEvent } from '../../delivery/dialogue.js';
import { drive } from '../../delivery/drive.js';
import { watch as watchTalk } from '../../delivery/watch.js';
import { explainReport } from '../../explain/explain.js';
import { asOutputError } from '../../files/system-error.js';
import { InputError } from '../../model/errors.js';
import type { Ports } from '../../model/ports.js';
import { openTransport } from '../deliver/open-transport.js';

/** What to watch: plain data. */
export interface WatchRequest {
  /** `tcp://HOST:PORT` or a serial port. */
  readonly port: string;
  /** A file to which every line is added, for `dfota explain`. */
  readonly log?: string | undefined;
}

/** What is told, with what it means. */
export type WatchEvent = DeliveryEvent & { readonly meaning?: string | undefined };

/** Ports of watching. */
export interface WatchPorts extends Ports {
  readonly onEvent?: ((event: WatchEvent) => void) | undefined;
}

/** Watches until the signal. Throws InputError for a port that cannot be opened, or a log that cannot be written. */
export async function watch(request: WatchRequest, ports: WatchPorts = {}): Promise<void> {
  const { onEvent = () => {}, signal = new AbortController().signal } = ports;
  const transport = await openTransport(request.port);
  const log = await openLog(request.log);
  let writing: Promise<unknown> = Promise.resolve();
  try {
    const end = await drive(
      watchTalk((line) => {
        if (log !== undefined) writing = writing.then(() => log.write(`${line}\n`));
      }),
      {
        transport,
        read: async () => new Uint8Array(),
        onEvent: (event) => onEvent(event.event === 'report' ? { ...event, meaning: meaningOf(event) } : event),
        onPhase: async () => {},
        now: () => performance.now(),
        openMilliseconds: 5000,
        signal,
      },
    );
    if (end === 'no-port') {
      throw new InputError({
        code: 'delivery-port',
        place: { file: request.port },
        message: 'the port cannot be opened',
        remedy: 'look whether it is there, and which programs hold it',
      });
    }
  } finally {
    await writing.catch((error: unknown) => {
      throw asOutputError(error, request.log ?? '');
    });
    await log?.close();
  }
}

function meaningOf({
  word,
  number,
}: {
  readonly word: string;
  readonly number?: number | undefined;
}): string | undefined {
  return explainReport({ word, number: number === undefined ? undefined : String(number) })?.meaning;
}

async function openLog(path: string | undefined): Promise<FileHandle | undefined> {
  if (path === undefined) return undefined;
  try {
    return await open(path, 'a');
  } catch (error) {
    throw asOutputError(error, path);
  }
}
