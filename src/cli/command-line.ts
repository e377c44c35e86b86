/** Command line in, action or text out. Parsing has no effects: yargs prints nothing and ends nothing here. */
import yargs, { type Argv } from 'yargs';
import { UsageError } from '../model/errors.js';
import type { Command } from './command.js';
import type { Action, Manner } from './session.js';

/** What the command line asks for. */
export type Asked =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly action: Action; readonly manner: Manner };

/** A program as the parser needs it. */
export interface Program {
  readonly name: string;
  readonly version: string;
  /** The lines under the help's options. */
  readonly epilogue: string;
  readonly commands: readonly Command[];
}

/** Parses; throws UsageError on an unknown command or option, a missing or doubled one, or a value that does not parse. */
export function parseCommandLine(program: Program, words: readonly string[], columns: number): Asked {
  let chosen: Action | undefined;
  let text = '';
  const parser = program.commands.reduce<Argv>(
    (declared, command) =>
      command(declared, (action) => {
        chosen = action;
      }),
    declare(program, columns),
  );
  const given = parser.parse([...words], {}, (_error: unknown, _given: unknown, output: string) => {
    text = output;
  });
  if (text !== '') return { kind: 'text', text: text.endsWith('\n') ? text : `${text}\n` };
  if (chosen === undefined) {
    throw new UsageError({ code: 'no-command', message: 'a command is missing', remedy: `see ${program.name} --help` });
  }
  const flag = (name: string): boolean => name in given && Reflect.get(given, name) === true;
  return {
    kind: 'action',
    action: chosen,
    manner: { quiet: flag('quiet'), verbose: flag('verbose'), json: flag('json') },
  };
}

function declare(program: Program, columns: number): Argv {
  return (
    yargs()
      .scriptName(program.name)
      .usage('$0 <command> [options]')
      // English everywhere: messages are searched for, and a translation of half of them helps nobody.
      .detectLocale(false)
      .parserConfiguration({ 'boolean-negation': false, 'dot-notation': false, 'parse-numbers': false })
      .option('quiet', { alias: 'q', type: 'boolean', describe: 'Say nothing but results and errors', global: true })
      .option('verbose', { type: 'boolean', describe: 'Say more about what is done', global: true })
      .conflicts('quiet', 'verbose')
      .help()
      .alias('help', 'h')
      .version(program.version)
      .completion('completion', 'Print a script for the shell that completes this command line')
      .strict()
      .demandCommand(1, 'a command is missing')
      .recommendCommands()
      .epilogue(program.epilogue)
      .wrap(Math.min(columns, 100))
      .exitProcess(false)
      .check((given) => {
        for (const [name, value] of Object.entries(given)) {
          if (Array.isArray(value) && name !== '_' && name !== 'from' && name !== 'only') {
            throw new Error(`--${name} is given more than once`);
          }
          if (value === '') throw new Error(`--${name} needs a value`);
        }
        return true;
      }, true)
      .fail((message: string | null, error: Error | undefined, parser: Argv) => {
        if (error instanceof UsageError) throw error;
        throw new UsageError({
          code: 'usage',
          message: (message ?? error?.message ?? 'the command line is wrong').replace(/\s*\n\s*/g, '; '),
        });
      })
  );
}
