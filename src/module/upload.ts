/** AT+QFUPL and AT+QFDWL: files over the AT port. */
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { ByteReader } from './byte-reader.js';
import type { Faults } from './faults.js';
import type { Port } from './port.js';
import { startXor16 } from './xor16.js';

/** Bytes that one acknowledgement stands for. */
const acknowledged = 1024;

/** What AT+QFUPL asks for. */
export interface UploadRequest {
  readonly path: string;
  readonly size: number;
  /** How long the module waits for the next bytes. */
  readonly timeoutSeconds: number;
  readonly acknowledge: boolean;
  /** Takes the port away. */
  readonly drop: () => void;
}

/** `cable`: the fault of that name is not to come again. `gone`: the port went away. */
export type UploadEnd = 'stored' | 'timeout' | 'gone' | 'cable';

let begun = 0;

/** Takes the bytes of a file. What is not whole is not kept. */
export async function takeUpload(
  request: UploadRequest,
  reader: ByteReader,
  port: Port,
  faults: Faults,
  cableIn: boolean,
): Promise<UploadEnd> {
  // An upload whose port went away may not have noticed that when the next one begins: each has a file of its own.
  const partial = `${request.path}.${begun++}.part`;
  const handle = await open(partial, 'w');
  const sum = startXor16();
  const pulled = cableIn ? faults.number('cable-pulled') : undefined;
  const pulledAt = pulled === undefined ? Number.POSITIVE_INFINITY : Math.floor((request.size * pulled) / 100);
  let end: UploadEnd = 'stored';
  let taken = 0;
  let acks = 0;
  try {
    await port.raw('\r\nCONNECT\r\n');
    while (taken < request.size) {
      if (taken >= pulledAt) {
        end = 'cable';
        break;
      }
      const most = Math.min(acknowledged - (taken % acknowledged), request.size - taken);
      const bytes = await within((givenUp) => reader.some(most, givenUp), request.timeoutSeconds);
      if (bytes === undefined || bytes === 'timeout') {
        end = bytes ?? 'gone';
        break;
      }
      await handle.write(bytes);
      sum.add(bytes);
      taken += bytes.length;
      if (!request.acknowledge || taken % acknowledged !== 0) continue;
      acks += 1;
      const slow = faults.number('slow-acks');
      if (slow !== undefined) await setTimeout(Math.min(slow, 2 ** 31 - 1));
      if (acks !== faults.number('lost-ack')) await port.raw('A');
    }
  } finally {
    await handle.close();
    if (end !== 'stored') await rm(partial, { force: true });
  }
  if (end === 'cable') request.drop();
  if (end !== 'stored') return end;
  await rename(partial, request.path);
  const told = faults.has('wrong-xor16') ? (Number.parseInt(sum.text(), 16) ^ 0x101).toString(16) : sum.text();
  await port.answer(`+QFUPL: ${taken},${told}`, 'OK');
  return end;
}

async function within<T>(step: (givenUp: AbortSignal) => Promise<T>, seconds: number): Promise<T | 'timeout'> {
  const over = new AbortController();
  try {
    const timer = setTimeout(seconds * 1000, 'timeout' as const, { signal: over.signal });
    return await Promise.race([step(over.signal), timer.catch(() => 'timeout' as const)]);
  } finally {
    over.abort();
  }
}

/** Sends a file. */
export async function sendFile(path: string, port: Port): Promise<void> {
  const sum = startXor16();
  let size = 0;
  await port.raw('\r\nCONNECT\r\n');
  for await (const chunk of createReadStream(path)) {
    const bytes: Uint8Array = chunk;
    sum.add(bytes);
    size += bytes.length;
    await port.raw(bytes);
  }
  await port.answer(`+QFDWL: ${size},${sum.text()}`, 'OK');
}
