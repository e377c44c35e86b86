import { explanationJson, explanationText, logReadingJson, logReadingText } from '../../report/explanation.js';
import type { ExplainRequest } from '../../usecases/explain.js';
import type { Command } from '../command.js';
import { examples } from '../examples.js';

/** `dfota explain 510`, `dfota explain last_log`. */
export const explainCommand: Command = (program, choose) =>
  program.command(
    'explain <words..>',
    'Say what an error code, a status word, a finding or a recovery log means, and what to do',
    (options) =>
      options
        .positional('words', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: "A code, a status word, a line of the module's, the code of a finding, or the file of a log",
        })
        .option('package', { type: 'string', describe: 'The update.zip that a log is about: its script is cited' })
        .option('json', { type: 'boolean', describe: 'Print one JSON document' })
        .epilogue(
          examples([
            ['$0 explain 510', 'what it means, likely causes, what to look at'],
            ['$0 explain status 7', "the updater's own exit code"],
            ['$0 explain zip-truncated', 'a finding or an error of dfota'],
            ['$0 explain last_log --package update.zip', 'the statement and the file that failed'],
          ]),
        ),
    (argv) =>
      choose(async ({ manner, out, signal }) => {
        const { explainSubject } = await import('../../usecases/explain.js');
        const explained = await explainSubject(explainRequest(argv), { signal });
        if (explained.kind === 'code') {
          const { explanation } = explained;
          const report = manner.json ? explanationJson(explanation) : explanationText(explanation);
          out(report.text);
          return report.exitCode;
        }
        const { file, reading } = explained;
        const report = manner.json ? logReadingJson(file, reading) : logReadingText(file, reading);
        out(report.text);
        return report.exitCode;
      }),
  );

interface ExplainWords {
  readonly words: readonly string[];
  readonly package?: string | undefined;
}

/** The request of what the options say. */
export function explainRequest({ words, package: file }: ExplainWords): ExplainRequest {
  return { subject: words.join(' '), package: file };
}
