import { configurationJson, configurationText } from '../../report/configuration.js';
import { findingsText } from '../../report/findings.js';
import type { InForceRequest } from '../../usecases/configuration/in-force.js';
import type { Command } from '../command.js';
import { type ConfigurationWords, configurationOptions } from '../configured.js';
import { examples } from '../examples.js';
import { exitCodes } from '../exit-codes.js';
import { emphasisOf } from '../options.js';

/** `dfota config`. */
export const configCommand: Command = (program, choose) =>
  program.command(
    'config',
    'Show what is in force of the configuration and the environment, and where each value came from',
    (options) =>
      options
        .options(configurationOptions)
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples(
            [
              ['$0 config', 'what generate, check, verify, audit, release and prepare go by here'],
              ['$0 config --product rg520n --json', 'of one product among several, for scripts'],
            ],
            'Options of a command stand over the environment (DFOTA_EFFORT, DFOTA_AUDIT_OUTPUT),\n' +
              'which stands over the file. Passphrases and what a signer is started with are not shown.',
          ),
        ),
    (argv) =>
      choose(async ({ manner, out, log, logStyle, environment }) => {
        const { showConfiguration } = await import('../../usecases/configuration/show.js');
        const shown = await showConfiguration(configRequest(argv), environment);
        if (shown.findings.length > 0) log(findingsText(shown.findings, emphasisOf(logStyle)));
        out(manner.json ? configurationJson(shown) : configurationText(shown));
        return exitCodes.done;
      }),
  );

/** The request of what the options say. */
export function configRequest({ config, product, noConfig }: ConfigurationWords): InForceRequest {
  return { file: config, product, noFile: noConfig };
}
