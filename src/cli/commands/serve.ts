import type { ServeRequest } from '../../usecases/serve/serve.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { sizeOption } from '../options.js';

/** `dfota serve update.zip --listen tcp://HOST:PORT`. */
export const serveCommand: Command = (program, choose) =>
  program.command(
    'serve <package>',
    'Serve a package by HTTP or HTTPS for modules to fetch; nothing but that one file, whatever is asked for',
    (options) =>
      options
        .positional('package', { type: 'string', demandOption: true, describe: 'An update.zip' })
        .option('listen', {
          type: 'string',
          default: 'tcp://127.0.0.1:0',
          describe: 'Address to listen on; port 0 is a free one',
        })
        .option('cert', { type: 'string', describe: 'Certificate in PEM: HTTPS' })
        .option('key', { type: 'string', describe: 'Its key in PEM' })
        .option('https', { type: 'boolean', describe: 'HTTPS with a certificate made for the run' })
        .option('limit', { type: 'string', describe: 'Bytes in a second for each connection, as in 100K' })
        .option('once', { type: 'boolean', describe: 'End after the first transfer that came to the last byte' })
        .option('json', { type: 'boolean', describe: 'Print JSON (the first line always is)' })
        .epilogue(
          examples(
            [
              ['$0 serve update.zip --listen tcp://0.0.0.0:8080', 'to every network of this machine'],
              ['$0 serve update.zip --https', 'HTTPS without a certificate of your own'],
              ['$0 serve update.zip --once --limit 50K', 'a slow server that ends by itself'],
            ],
            'The first line on standard output is {"serving":"http://HOST:PORT/update.zip"};\n' +
              'a line for each request goes to standard error. Ctrl-C ends it.',
          ),
        ),
    (argv) =>
      choose(async ({ out, log, signal }) => {
        const { serve } = await import('../../usecases/serve/serve.js');
        await serve(serveRequest(argv), {
          signal,
          onServing: (serving) => out(`${JSON.stringify({ serving })}\n`),
          onRequest: log,
        });
        signal.throwIfAborted();
        return exitCodes.done;
      }),
  );

interface ServeOptions extends Omit<ServeRequest, 'limit'> {
  readonly limit?: string | undefined;
}

/** The request of what the options say. */
export function serveRequest(options: ServeOptions): ServeRequest {
  const { listen, cert, key, https, once } = options;
  return { package: options.package, listen, cert, key, https, limit: sizeOption('limit', options.limit), once };
}
