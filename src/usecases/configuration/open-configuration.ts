/** Finds and reads the configuration file: the one that is named, or the first one found from a folder upwards. */
import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readBounded } from '../../files/bounded-read.js';
import { utf8Text } from '../../formats/text/plain-text.js';
import { type Configuration, parseConfiguration } from '../../input/configuration/read-configuration.js';
import { InputError } from '../../model/errors.js';
import { largestConfigurationBytes } from '../../model/limits.js';

export type { Configuration } from '../../input/configuration/read-configuration.js';

/** The names that are looked for, in each folder on the way up. */
export const configurationNames = ['dfota.config.yaml', 'dfota.config.yml', 'dfota.config.json'] as const;

/** Where the configuration is. */
export interface ConfigurationRequest {
  /** The file; without it the folder and those above it are looked into. */
  readonly file?: string | undefined;
  /** Where the search begins, as paths in the configuration are to be shown; the working folder without it. */
  readonly from?: string | undefined;
}

/** Reads the configuration; `undefined` where none is named and none is found. Throws InputError with everything that is wrong with it. */
export async function openConfiguration(request: ConfigurationRequest = {}): Promise<Configuration | undefined> {
  const file = request.file ?? (await findConfiguration(request.from ?? '.'));
  if (file === undefined) return undefined;
  const options = {
    limit: largestConfigurationBytes,
    code: 'configuration-too-large',
    what: 'a configuration',
  } as const;
  return parseConfiguration(utf8Text(await readBounded(file, options)), file);
}

/** The file that is found from the folder upwards. Throws InputError where a folder holds two. */
async function findConfiguration(from: string): Promise<string | undefined> {
  let folder = from;
  for (;;) {
    const present: string[] = [];
    for (const name of configurationNames) {
      const path = join(folder, name);
      // A folder or a broken link of such a name is taken too, so that reading it tells.
      if ((await lstat(path).catch(() => undefined)) !== undefined) present.push(path);
    }
    const [first, second] = present;
    if (first !== undefined && second !== undefined) {
      throw new InputError({
        code: 'configuration-two',
        place: { file: first },
        message: 'the folder holds more than one configuration',
        found: present.join(', '),
        expected: 'one of them',
        remedy: 'keep one, or name one with --config',
      });
    }
    if (first !== undefined) return first;
    const above = join(folder, '..');
    if (resolve(above) === resolve(folder)) return undefined;
    folder = above;
  }
}
