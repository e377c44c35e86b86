import { reproductionText } from '../../report/reproduction.js';
import type { ReproduceRequest } from '../../usecases/reproduce/reproduce.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';
import { companionOption, countOption } from '../options.js';

/** `dfota reproduce update.zip.json`. */
export const reproduceCommand: Command = (program, choose) =>
  program.command(
    'reproduce <record>',
    'Make a package again out of its record, and compare the bytes',
    (options) =>
      options
        .positional('record', {
          type: 'string',
          demandOption: true,
          describe: 'update.zip.json, as generate writes it',
        })
        .option('source', { type: 'string', describe: 'The source, where it is not at the path of the record' })
        .option('target', { type: 'string', describe: 'The target, where it is not at the path of the record' })
        .option('lists', { type: 'string', describe: 'Folder of the list files, where it is not that of the record' })
        .option('companion', companionOption)
        .option('output', { type: 'string', describe: 'Keep the package that is made' })
        .option('jobs', { type: 'string', describe: 'Worker threads', defaultDescription: 'one for each processor' })
        .option('json', { type: 'boolean', describe: 'One JSON document on standard output' })
        .epilogue(
          examples(
            [
              ['$0 reproduce update.zip.json', 'is it made of these inputs, by this dfota?'],
              ['$0 reproduce update.zip.json --source a.zip --target b.zip', 'with the builds elsewhere'],
            ],
            'Exit code 0 when the bytes are the same, 1 when they are not.',
          ),
        ),
    (argv) =>
      choose(async (session) => {
        const { reproduce } = await import('../../usecases/reproduce/reproduce.js');
        const { onProgress, signal, manner } = session;
        const reproduction = await reproduce(reproduceRequest(argv), { onProgress, signal });
        const { text, exitCode } = reproductionText(reproduction);
        session.out(
          manner.json
            ? `${JSON.stringify({ format: 'dfota-reproduction', version: 1, ...reproduction }, null, 2)}\n`
            : text,
        );
        return exitCode;
      }),
  );

interface ReproduceWords extends Omit<ReproduceRequest, 'jobs'> {
  readonly jobs?: string | undefined;
}

/** The request of what the options say. */
export function reproduceRequest(options: ReproduceWords): ReproduceRequest {
  const { record, source, target, lists, companion, output, jobs } = options;
  return { record, source, target, lists, companion, output, jobs: countOption('jobs', jobs, 1, 256) };
}
