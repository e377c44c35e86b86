/** Which builds `generate` works on: words, `--from`, an archive, or what the configuration says. */
import { UsageError } from '../model/errors.js';
import type { RecordedConfiguration } from '../model/package-record.js';
import type { BuildName } from '../usecases/open-inputs.js';
import { type ConfigurationWords, configured } from './configured.js';
import type { Session } from './session.js';

/** The options that name builds. */
export const namedBuildsOptions = {
  from: { type: 'string', array: true, describe: 'A source; give it several times for a package each' },
  'from-archive': { type: 'string', describe: 'Archive that holds the source' },
  'source-version': {
    type: 'string',
    array: true,
    describe: 'Project revision of the source in the archive; may be given several times',
  },
  target: { type: 'string', describe: 'The target, with --from-archive' },
} as const;

/** The words that the options take. */
export interface NamedBuilds {
  readonly from?: readonly string[] | undefined;
  readonly fromArchive?: string | undefined;
  readonly sourceVersion?: readonly string[] | undefined;
  readonly target?: string | undefined;
}

function usage(message: string): UsageError {
  return new UsageError({ code: 'builds', message, remedy: 'see dfota generate --help' });
}

/** The options, and what the configuration makes of them. */
type ConfiguredBuilds<Words> = Words & {
  readonly source?: string | undefined;
  readonly to?: string | undefined;
  readonly configuration?: RecordedConfiguration | undefined;
};

/**
 * The options with what the configuration says. Where it says anything, words and options are sorted by what they name,
 * since a word alone may be the target of `--from`.
 */
export async function configuredBuilds<Words extends NamedBuilds & ConfigurationWords>(
  options: Words & { readonly source?: string | undefined; readonly to?: string | undefined },
  session: Session,
): Promise<ConfiguredBuilds<Words>> {
  const { source: first, to: second, from, fromArchive } = options;
  if (fromArchive !== undefined && first !== undefined) throw usage(archiveWords);
  if (from !== undefined && second !== undefined) throw usage(fromWords);
  const named = from === undefined ? { source: first, target: second ?? options.target } : { target: first };
  const { words, configured: isConfigured } = await configured('generate', options, named, session);
  if (!isConfigured) return options;
  if (first !== undefined && second === undefined && from === undefined && options.target === undefined) {
    throw usage('give the source build and the target build, or neither, so that the configuration says both');
  }
  const target = words.target;
  if (words.fromArchive !== undefined) return { ...words, source: undefined, to: undefined, target };
  if (words.from !== undefined) return { ...words, source: target, to: undefined, target: undefined };
  return { ...words, to: target, target: undefined };
}

const archiveWords = 'with --from-archive give the target build alone, as --target';
const fromWords = 'with --from give the target build alone';

/** Sources and target out of the words and the options; with --from the only word is the target. */
export function buildsOf(
  [first, second]: readonly [string | undefined, string | undefined],
  { from, fromArchive, sourceVersion, target }: NamedBuilds,
): { sources: readonly BuildName[]; target: string } {
  if (fromArchive !== undefined) {
    if (sourceVersion === undefined) throw usage('--from-archive needs --source-version');
    if (target === undefined || first !== undefined || from !== undefined) {
      throw usage(archiveWords);
    }
    return { sources: sourceVersion.map((version) => ({ archive: fromArchive, version })), target };
  }
  if (sourceVersion !== undefined || target !== undefined) {
    throw usage('--source-version and --target belong to --from-archive');
  }
  if (from !== undefined) {
    if (first === undefined || second !== undefined) throw usage(fromWords);
    return { sources: from, target: first };
  }
  if (first === undefined || second === undefined) throw usage('give the source build and the target build');
  return { sources: [first], target: second };
}
