/** A transport for what `--port` says. */
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
