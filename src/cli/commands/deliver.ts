import { deliveryJson, deliveryText } from '../../report/delivery.js';
import type { DeliverRequest, DeliveryEvent } from '../../usecases/deliver/deliver.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { countOption } from '../options.js';

/** `dfota deliver update.zip --port tcp://HOST:PORT`. */
export const deliverCommand: Command = (program, choose) =>
  program.command(
    'deliver <package>',
    'Bring a package to a module, start the update, and follow it until the new version runs',
    (options) =>
      options
        .positional('package', { type: 'string', demandOption: true, describe: 'An update.zip' })
        .option('port', {
          type: 'string',
          describe:
            "AT port of the module: tcp://HOST:PORT, or a serial port; with --via adb the module's own otherwise",
        })
        .option('via', {
          choices: ['at', 'adb', 'https'] as const,
          default: 'at' as const,
          describe: 'How the package travels: over the AT port, pushed over ADB, or fetched by the module',
        })
        .option('adb', {
          type: 'string',
          describe: 'With --via adb: the module in adb devices',
          defaultDescription: 'the only one',
        })
        .option('adb-server', {
          type: 'string',
          describe: 'With --via adb: where the ADB server listens',
          defaultDescription: 'tcp://127.0.0.1:5037',
        })
        .option('module-port', {
          type: 'string',
          describe: "With --via adb: the module's own AT port",
          defaultDescription: 'the first free one of /dev/smd7 and /dev/smd11',
        })
        .option('url', {
          type: 'string',
          describe: 'With --via https: where the module fetches it from; without, it is served from here',
        })
        .option('serve-host', { type: 'string', describe: 'Name or address of this machine as the module reaches it' })
        .option('serve-listen', {
          type: 'string',
          describe: 'Address to listen on',
          defaultDescription: 'a free port of --serve-host',
        })
        .option('serve-scheme', {
          choices: ['https', 'http'] as const,
          default: 'https' as const,
          describe: 'How it is served',
        })
        .option('cert', {
          type: 'string',
          describe: 'Certificate in PEM to serve with',
          defaultDescription: 'one made for the run',
        })
        .option('key', { type: 'string', describe: 'Its key in PEM' })
        .option('name', {
          type: 'string',
          describe: 'Name of the file on the module',
          defaultDescription: 'update.zip',
        })
        .option('folder', {
          type: 'string',
          describe: 'Folder on the module that AT+QFUPL writes to',
          defaultDescription: '/usrdata/cache/ufs',
        })
        .option('expect-version', {
          type: 'string',
          describe: 'What the module is to say afterwards, where the package does not tell',
        })
        .option('force', { type: 'boolean', describe: 'Go on although the module is predicted to refuse it' })
        .option('resume', { type: 'boolean', describe: 'Go on with a delivery that was stopped' })
        .option('journal', {
          type: 'string',
          describe: 'File that keeps how far it is',
          defaultDescription: 'beside the package',
        })
        .option('dry-run', { type: 'boolean', describe: 'Print every command that would be sent, and send none' })
        .option('speed', {
          type: 'string',
          default: '1',
          describe: 'Wait so many times shorter: for a simulated module',
        })
        .option('json', { type: 'boolean', describe: 'Print one JSON event a line' })
        .epilogue(
          examples(
            [
              ['$0 deliver update.zip --port /dev/ttyUSB2', 'over a serial port (with the package serialport)'],
              ['$0 deliver update.zip --via adb', 'pushed over ADB, started on its own AT port'],
              [
                '$0 deliver update.zip --port /dev/ttyUSB2 --via https --serve-host 192.168.225.20',
                'fetched from here',
              ],
              ['$0 deliver update.zip --port tcp://127.0.0.1:12345 --speed 100', 'to dfota module --speed 100'],
            ],
            'Exit code 0 when the new version runs, 4 refused before sending, 5 transfer\n' +
              'failed, 6 failed on the module, 7 unknown: it did not come back.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { deliver, deliveryCommands } = await import('../../usecases/deliver/deliver.js');
        const { out, log, manner, signal, onProgress, style } = session;
        const request = deliverRequest(argv);
        if (argv.dryRun === true) {
          const commands = await deliveryCommands(request, { signal });
          out(manner.json ? `${JSON.stringify({ commands })}\n` : `${commands.join('\n')}\n`);
          return exitCodes.done;
        }
        const delivery = await deliver(request, {
          onProgress,
          signal,
          onEvent: (event) => {
            if (manner.json) out(`${JSON.stringify(event)}\n`);
            else if (manner.verbose || !isChatter(event)) {
              // What was uploaded stands before what comes of it.
              session.endStage();
              log(eventText(event));
            }
          },
        });
        const report = manner.json ? deliveryJson(delivery) : deliveryText(delivery);
        const mark = report.exitCode === exitCodes.done ? 'green' : 'red';
        out(manner.json ? report.text : report.text.replace(/^[A-Z ]+(?=:)/, (verdict) => style(mark, verdict)));
        return report.exitCode;
      }),
  );

/** Shown as progress, or only to whoever wants every command. */
function isChatter(event: DeliveryEvent): boolean {
  return (
    event.event === 'command' ||
    event.event === 'upload' ||
    event.event === 'download' ||
    (event.event === 'report' && event.word === 'UPDATING')
  );
}

function eventText(event: DeliveryEvent): string {
  switch (event.event) {
    case 'module':
      return `module: ${event.product ?? 'unknown product'}, runs ${event.version}`;
    case 'upload':
      return `uploaded: ${event.doneBytes} of ${event.totalBytes} bytes`;
    case 'download':
      return `fetched: ${event.doneBytes} of ${event.totalBytes} bytes`;
    case 'command':
      return `sent: ${event.line}`;
    case 'report':
      return `module: ${event.word}${event.number === undefined ? '' : ` ${event.number}`}`;
    case 'port':
      return event.state === 'gone' ? 'the port is gone' : 'the port is back';
    case 'note':
      return event.message;
    default:
      return event satisfies never;
  }
}

interface DeliverOptions extends Omit<DeliverRequest, 'speed'> {
  readonly speed: string;
}

/** The request of what the options say. */
export function deliverRequest(options: DeliverOptions): DeliverRequest {
  const { port, via, adb, adbServer, modulePort, url, serveHost, serveListen, serveScheme, cert, key } = options;
  const { name, folder, expectVersion, force, resume, journal } = options;
  const speed = countOption('speed', options.speed, 1, 100_000);
  return {
    ...{ package: options.package, port, via, adb, adbServer, modulePort, url, serveHost, serveListen, serveScheme },
    ...{ cert, key, name, folder, expectVersion, force, resume, journal, speed },
  };
}
