/** A package that is served for as long as its delivery runs. */
import { networkInterfaces } from 'node:os';
import { updateAddress } from '../../delivery/safe-name.js';
import { UsageError } from '../../model/errors.js';
import { tcpAddress } from '../module/address.js';
import { withServer } from '../serve/serve.js';
import { tlsOf } from '../serve/tls.js';

/** How a delivery serves its package: plain data. */
export interface ServeOwnRequest {
  /** Name or address of this machine as the module reaches it. */
  readonly serveHost?: string | undefined;
  /** `tcp://HOST:PORT` to listen on; a free port of that address where not given. */
  readonly serveListen?: string | undefined;
  /** `http` or `https`; `https` where not given. */
  readonly serveScheme?: 'http' | 'https' | undefined;
  /** Certificate and key in PEM, both or none: one is made for the run where they are not given. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** The address under which the module finds this machine, and where it listens. Throws UsageError where nothing tells. */
export function servedAt(
  request: ServeOwnRequest,
  port: string | undefined,
): { readonly host: string; readonly listen: string } {
  const local = port !== undefined && /^tcp:\/\/(?:127\.|localhost:|\[::1\])/.test(port);
  const host = request.serveHost ?? (local ? '127.0.0.1' : undefined);
  if (host === undefined || !/^[A-Za-z0-9.:-]+$/.test(host)) {
    const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
    throw new UsageError({
      code: 'delivery-words',
      message:
        host === undefined
          ? 'nothing says where the module finds this machine'
          : 'the value of --serve-host is not valid',
      found: host,
      expected: `--serve-host with a name or address that the module reaches; this machine has ${own.join(', ')}`,
      remedy: 'or serve the package elsewhere and give --url',
    });
  }
  const shown = host.includes(':') ? `[${host}]` : host;
  return { host: shown, listen: request.serveListen ?? `tcp://${shown}:0` };
}

/** What is told of the transfer. */
export interface ServeOwnWatch {
  readonly onRequest: (line: string) => void;
  readonly onBytes: (doneBytes: number) => void;
}

/** Serves the package while `use` runs, which gets its address. Throws UsageError and InputError. */
export async function withOwnServer<T>(
  request: ServeOwnRequest & { readonly package: string; readonly port?: string | undefined },
  { onRequest, onBytes }: ServeOwnWatch,
  use: (address: string) => Promise<T>,
): Promise<T> {
  const { host, listen } = servedAt(request, request.port);
  const { host: bound, port } = tcpAddress('--serve-listen', listen);
  const tls = await tlsOf({ ...request, https: request.serveScheme !== 'http' }, [host.replace(/^\[|\]$/g, '')]);
  const options = { host: bound, port, tls, onRequest, onBytes, onComplete: () => {} };
  return await withServer(request.package, options, async ({ port: free }, url) => {
    const { protocol, pathname } = new URL(url);
    return await use(updateAddress(`${protocol}//${host}:${free}${pathname}`));
  });
}
