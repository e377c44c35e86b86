/** A serial port, through the package serialport where that is installed. */
import { Duplex } from 'node:stream';
import { InputError } from '../../model/errors.js';
import { overDuplex } from './duplex.js';
import type { Connection, Transport } from './transport.js';

/** Optional: whoever has no serial port needs no compiled code. */
const packageName = 'serialport';

function missing(path: string): InputError {
  return new InputError({
    code: 'serial-missing',
    place: { file: path },
    message: 'for a serial port the package serialport is needed, and it is not installed',
    expected: 'tcp://HOST:PORT works without it',
    remedy: 'install it beside dfota: npm install serialport',
  });
}

/** The way to a serial port. Throws InputError where the package is missing. */
export async function serialTransport(path: string): Promise<Transport> {
  const loaded: unknown = await import(packageName).catch(() => undefined);
  const SerialPort: unknown =
    typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'SerialPort') : undefined;
  if (typeof SerialPort !== 'function') throw missing(path);
  return {
    open: (milliseconds) =>
      new Promise<Connection | undefined>((done) => {
        const port: unknown = Reflect.construct(SerialPort, [{ path, baudRate: 115_200, autoOpen: false }]);
        const open: unknown = port instanceof Duplex ? Reflect.get(port, 'open') : undefined;
        if (!(port instanceof Duplex) || typeof open !== 'function') return done(undefined);
        port.on('error', () => {});
        const timer = setTimeout(() => {
          port.destroy();
          done(undefined);
        }, milliseconds);
        Reflect.apply(open, port, [
          (error: unknown) => {
            clearTimeout(timer);
            done(error instanceof Error ? undefined : overDuplex(port));
          },
        ]);
      }),
  };
}
