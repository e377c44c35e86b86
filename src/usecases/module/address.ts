import { UsageError } from '../../model/errors.js';

/** Where a program listens, or is listened to. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** `tcp://HOST:PORT`, with brackets around an IPv6 address. Throws UsageError. */
export function tcpAddress(option: string, text: string): TcpAddress {
  const [, bracketed, plain, digits] =
    /^tcp:\/\/(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && port <= 65535) return { host, port };
  throw new UsageError({
    code: 'address',
    message: `the value of ${option} is not valid`,
    found: text,
    expected: 'tcp://HOST:PORT, such as tcp://127.0.0.1:12345',
  });
}
