import type { WatchEvent, WatchRequest } from '../../usecases/watch/watch.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';

/** `dfota watch --port tcp://HOST:PORT`. */
export const watchCommand: Command = (program, choose) =>
  program.command(
    'watch',
    'Show, with its meaning, what any running upgrade says, also one that something else started',
    (options) =>
      options
        .option('port', { type: 'string', demandOption: true, describe: 'tcp://HOST:PORT, or a serial port' })
        .option('log', { type: 'string', describe: 'Add every line to this file, for dfota explain' })
        .option('json', { type: 'boolean', describe: 'Print one JSON event a line' })
        .epilogue(
          examples([['$0 watch --port /dev/ttyUSB2 --log upgrade.log', 'until Ctrl-C']], 'Nothing is ever sent.'),
        ),
    (argv) =>
      choose(async ({ out, manner, signal }) => {
        const { watch } = await import('../../usecases/watch/watch.js');
        await watch(watchRequest(argv), {
          signal,
          onEvent: (event) => out(manner.json ? `${JSON.stringify(event)}\n` : `${textOf(event)}\n`),
        });
        return exitCodes.done;
      }),
  );

function textOf(event: WatchEvent): string {
  if (event.event === 'report') {
    const number = event.number === undefined ? '' : ` ${event.number}`;
    return `${event.word}${number}${event.meaning === undefined ? '' : `: ${event.meaning}`}`;
  }
  if (event.event === 'port') return event.state === 'gone' ? 'the port is gone' : 'the port is back';
  return event.event === 'note' ? event.message : event.event;
}

/** The request of what the options say. */
export function watchRequest({ port, log }: WatchRequest): WatchRequest {
  return { port, log };
}
