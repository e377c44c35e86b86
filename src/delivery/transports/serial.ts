/** A serial port, through the package serialport where that is installed. */

import { loadOptional } from '../../model/optional-package.js';
import { overDuplex } from './duplex.js';
import type { Connection, Transport } from './transport.js';

/** Modules do not care on USB; this is what their UART has. */
const baudRate = 115_200;

/** The way to a serial port. Throws InputError where the package is missing. */
export async function serialTransport(path: string): Promise<Transport> {
  const { SerialPort } = await loadOptional(
    {
      names: 'serialport',
      code: 'serial-missing',
      purpose: `for the serial port ${path}`,
      instead: 'tcp://HOST:PORT works without it',
    },
    () => import('serialport'),
  );
  return {
    open: (milliseconds) =>
      new Promise<Connection | undefined>((done) => {
        const port = new SerialPort({ path, baudRate, autoOpen: false });
        // The stream itself does not give the port back: only close does.
        const release = (): void => {
          if (port.isOpen) port.close(() => {});
          port.destroy();
        };
        let late = false;
        const timer = setTimeout(() => {
          late = true;
          done(undefined);
        }, milliseconds);
        port.on('error', () => {});
        port.open((error) => {
          clearTimeout(timer);
          if (late || error !== null) {
            release();
            done(undefined);
          } else done(overDuplex(port, release));
        });
      }),
  };
}
