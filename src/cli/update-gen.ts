/**
 * The original's command line: `update_gen a > log` in a folder with v1/, v2/ and the list files writes ./update.zip.
 * The log goes to standard output, errors alone to standard error.
 */
import { existsSync } from 'node:fs';
import { UsageError } from '../model/errors.js';
import { type Part, parseParts } from '../model/parts.js';
import { findingsText } from '../report/findings.js';
import { generationText } from '../report/generation.js';
import { generateDefaults, patchCacheFolder } from '../usecases/generate/generate-defaults.js';
import type { GenerateRequest } from '../usecases/generate/generate-files.js';
import type { Command } from './command.js';
import type { Program } from './command-line.js';
import { examples } from './examples.js';
import { exitCodes } from './exit-codes.js';

/** What the words ask for. */
export interface UpdateGenWords {
  readonly parts: ReadonlySet<Part>;
  /** `zip`: v1/targetfiles.zip and v2/targetfiles.zip; `images`: the raw images in v1/ and v2/. */
  readonly inputs: 'zip' | 'images';
}

/** Reads words such as `a`, `lm`, `l m`, or `a.ubi` for raw images. Throws UsageError. */
export function updateGenWords(words: readonly string[]): UpdateGenWords {
  const images = words.filter((word) => word.endsWith('.ubi'));
  const parts = parseParts(words.map((word) => word.replace(/\.ubi$/, '')));
  if (parts !== undefined && (images.length === 0 || images.length === words.length)) {
    return { parts, inputs: images.length === 0 ? 'zip' : 'images' };
  }
  throw new UsageError({
    code: 'parts',
    message:
      words.length === 0
        ? 'a word is missing that says what to update'
        : 'the words that say what to update are not valid',
    found: words.length === 0 ? undefined : words.join(' '),
    expected:
      'a (all), or letters of l (root file system), m (modem), o (kernel), as in "lm" or "l m"; or a.ubi, l.ubi, … for raw images',
  });
}

/** With raw images: what they do not hold, where there is one beside v1/ and v2/. */
const companion = 'targetfiles.zip';

/** The request of what the words ask for. `hasCompanion`: a targetfiles.zip stands beside v1/ and v2/. Throws UsageError. */
export function updateGenRequest(words: readonly string[], hasCompanion: boolean): GenerateRequest {
  const { parts, inputs } = updateGenWords(words);
  const images = inputs === 'images';
  return {
    ...generateDefaults,
    sources: [images ? 'v1' : 'v1/targetfiles.zip'],
    target: images ? 'v2' : 'v2/targetfiles.zip',
    companion: images && hasCompanion ? companion : undefined,
    lists: '.',
    modes: 'build',
    output: 'update.zip',
    parts: [...parts],
    encoding: { ...generateDefaults.encoding, defaultCache: patchCacheFolder() },
  };
}

const purpose = 'Make ./update.zip from v1/targetfiles.zip to v2/targetfiles.zip, with the list files beside them';

const command: Command = (program, choose) =>
  program.command(
    '$0 [words..]',
    purpose,
    (options) =>
      options
        .positional('words', {
          type: 'string',
          array: true,
          describe: 'a: modem, root file system and kernel; l: root file system; m: modem; o: kernel; several together',
        })
        .epilogue(
          examples([
            ['$0 a > log', 'everything; the log goes to a file, errors to the terminal'],
            ['$0 lm', 'root file system and modem'],
            ['$0 a.ubi', 'from raw images: *sysfs.ubi, NON-HLOS.ubi and *boot.img in v1/ and v2/'],
          ]),
        ),
    (argv) =>
      choose(async (session) => {
        const request = updateGenRequest(argv.words ?? [], existsSync(companion));
        const { generateFiles } = await import('../usecases/generate/generate-files.js');
        const [made] = await generateFiles(request, session);
        session.endStage();
        if (made === undefined) return exitCodes.internal;
        const told = made.generated.findings.filter(
          ({ severity }) => session.manner.verbose || severity !== 'information',
        );
        session.log(findingsText(told));
        session.out(generationText(made));
        return made.generated.findings.some(({ severity }) => severity === 'error')
          ? exitCodes.findings
          : exitCodes.done;
      }),
  );

/** The `update_gen` command line. */
export function updateGen(version: string): Program {
  return {
    name: 'update_gen',
    version,
    usage: `$0 <what to update>\n\n${purpose}`,
    epilogue: 'Exit codes: 0 done, 1 a finding is an error or the proof failed, 2 usage, 3 bad input, 70 internal.\n',
    commands: [command],
    wordsOnly: true,
  };
}
