/** An AT port on TCP: a simulated module, or a port that another machine gives away. */
import { connect } from 'node:net';
import { overDuplex } from './duplex.js';
import type { Transport } from './transport.js';

/** The way to that address. */
export function tcpTransport(host: string, port: number): Transport {
  return {
    open: (milliseconds) =>
      new Promise((done) => {
        const socket = connect({ host, port });
        const timer = setTimeout(() => {
          socket.destroy();
          done(undefined);
        }, milliseconds);
        socket.once('connect', () => {
          clearTimeout(timer);
          socket.setNoDelay(true);
          done(overDuplex(socket));
        });
        socket.once('error', () => {
          clearTimeout(timer);
          done(undefined);
        });
      }),
  };
}
