/** The ways to a module that a request names. */
import { type AdbLink, adbLink } from '../../delivery/transports/adb/link.js';
import { serialTransport } from '../../delivery/transports/serial.js';
import { tcpTransport } from '../../delivery/transports/tcp.js';
import type { Transport } from '../../delivery/transports/transport.js';
import { tcpAddress } from '../module/address.js';

/** `tcp://HOST:PORT`, or the path of a serial port. Throws UsageError and InputError. */
export async function openTransport(port: string): Promise<Transport> {
  if (!port.startsWith('tcp:')) return await serialTransport(port);
  const { host, port: number } = tcpAddress('--port', port);
  return tcpTransport(host, number);
}

/** Where a module behind ADB is: plain data. */
export interface AdbRequest {
  /** The module's serial in `adb devices`; `any` or not given: the only one. */
  readonly adb?: string | undefined;
  readonly adbServer?: string | undefined;
}

/** Where an ADB server listens that was started without anything else. */
const usualServer = 'tcp://127.0.0.1:5037';

/** Opens the way to a module behind ADB for a step, and closes it after. Throws UsageError and InputError. */
export async function withAdb<T>(
  { adb, adbServer = usualServer }: AdbRequest,
  signal: AbortSignal,
  step: (link: AdbLink) => Promise<T>,
): Promise<T> {
  const place = { ...tcpAddress('--adb-server', adbServer), serial: adb === 'any' ? undefined : adb };
  const link = await adbLink(place, signal);
  try {
    return await step(link);
  } finally {
    await link.close();
  }
}
