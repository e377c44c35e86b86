import { UsageError } from '../model/errors.js';

/** The two builds that a command is about, from its words or the configuration. Throws UsageError where one is missing. */
export function bothBuilds(
  { source, target }: { readonly source?: string | undefined; readonly target?: string | undefined },
  command: string,
): { readonly source: string; readonly target: string } {
  if (source !== undefined && target !== undefined) return { source, target };
  throw new UsageError({
    code: 'builds',
    message: 'give the source build and the target build, as words or in a configuration',
    found: source === undefined ? (target === undefined ? undefined : 'the target alone') : 'the source alone',
    remedy: `see dfota ${command} --help; dfota init writes a configuration`,
  });
}
