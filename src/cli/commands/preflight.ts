import { preflightJson, preflightText } from '../../report/preflight.js';
import type { PreflightRequest } from '../../usecases/preflight/preflight.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { countOption, sizeOption } from '../options.js';

/** `dfota preflight update.zip --port tcp://HOST:PORT`. */
export const preflightCommand: Command = (program, choose) =>
  program.command(
    'preflight <package>',
    'Say what a module would say to a package, before a byte is sent',
    (options) =>
      options
        .positional('package', { type: 'string', demandOption: true, describe: 'An update.zip' })
        .option('port', { type: 'string', describe: 'AT port of the module: tcp://HOST:PORT, or a serial port' })
        .option('adb', {
          type: 'string',
          describe: 'Module behind ADB: its serial in adb devices, or any for the only one',
        })
        .option('adb-server', {
          type: 'string',
          describe: 'Where the ADB server listens',
          defaultDescription: 'tcp://127.0.0.1:5037',
        })
        .option('device-files', {
          type: 'string',
          describe: "Folder with a copy of a module's /system, or the hashes of its files",
        })
        .option('usrdata-free', { type: 'string', describe: 'Free space in usrdata, where no port tells it' })
        .option('system-free', { type: 'string', describe: 'Free space on /system, as df on the module says' })
        .option('expect-version', { type: 'string', describe: 'Where the package leads to, where it does not tell' })
        .option('speed', {
          type: 'string',
          default: '1',
          describe: 'Wait so many times shorter: for a simulated module',
        })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples(
            [
              ['$0 preflight update.zip --port tcp://127.0.0.1:12345', 'version, product, space of usrdata'],
              ['$0 preflight update.zip --adb any', '510 and 511 as well, of the module behind ADB'],
              ['$0 preflight update.zip --device-files system.sha1 --system-free 20M', '510 and 511 as well'],
            ],
            'dfota check --help shows how to list the files of a module. Exit code 4 when\n' +
              'the module would refuse the package.',
          ),
        ),
    (argv) =>
      choose(async ({ out, manner, signal, onProgress }) => {
        const { preflight } = await import('../../usecases/preflight/preflight.js');
        const seen = await preflight(preflightRequest(argv), { signal, onProgress });
        const report = manner.json ? preflightJson(seen) : preflightText(seen);
        out(report.text);
        return report.exitCode;
      }),
  );

interface PreflightOptions extends Omit<PreflightRequest, 'usrdataFree' | 'systemFree' | 'speed'> {
  readonly usrdataFree?: string | undefined;
  readonly systemFree?: string | undefined;
  readonly speed: string;
}

/** The request of what the options say. */
export function preflightRequest(options: PreflightOptions): PreflightRequest {
  const { port, adb, adbServer, deviceFiles, expectVersion } = options;
  return {
    ...{ package: options.package, port, adb, adbServer, deviceFiles, expectVersion },
    usrdataFree: sizeOption('usrdata-free', options.usrdataFree),
    systemFree: sizeOption('system-free', options.systemFree),
    speed: countOption('speed', options.speed, 1, 100_000),
  };
}
